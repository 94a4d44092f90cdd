// The picture is moved: the maps move along, and the answer at every shift is a picture.
import { part } from "../../reader/slices.js";
import { readingOf } from "../course.js";
import { channelRows, levels, rowsOf } from "../rows.js";
import { shift } from "../shifts.js";
import { whole } from "../state.js";
import { strongest } from "../strongest.js";
import { REACH, agreements, overlap, sweep } from "../translation.js";

const FIRST_DENSE = "dense1"; // of both networks

export const networks = ["dense"];

const both = ({ network, others: { dense } }) => Object.entries({ network, dense });

export const pictures = {
  /** The picture moved as it is set, and what became of maps and answers. */
  *moved(course, read, state) {
    const [dx, dy] = ["dx", "dy"].map((name) => whole(state, name, 0, -REACH, REACH));
    const image = shift(read.image, dx, dy);
    const readings = {};
    for (const [name, network] of both(course)) readings[name] = yield* readingOf(network, image);
    const before = read.layers.get("conv1");
    const { cell, map } = strongest(before, course.layer("conv1"));
    const after = readings.network.layers;
    return {
      dx,
      dy,
      reach: REACH,
      image: rowsOf(image),
      channel: cell[2],
      before: map,
      after: levels(channelRows(after.get("conv1"), cell[2])),
      answers: Object.fromEntries(Object.entries(readings).map(([name, reading]) => [name, answer(reading)])),
      agreements: agreements(course.network, read.layers, after, dx, dy),
    };
  },

  /** The answers of both networks at all shifts, the picture where it stood in the middle. */
  *everywhere(course, read) {
    const found = {};
    for (const [i, [name, network]] of both(course).entries()) {
      found[name] = yield* part(answers(network, read.image), i, 2);
    }
    return found;
  },
};

const answer = ({ digit, probabilities }) => ({ digit, probability: probabilities[digit] });

function* answers(network, image) {
  const { probabilities, digits, heldOfWhole, ink, failure } = yield* sweep(network, image);
  return {
    digits,
    sure: probabilities.map((row) => row.map((ten) => Math.max(...ten))),
    heldOfWhole,
    breaks: failure && { ...(yield* breakOf(network, image, failure)), ink: ink[failure[1] + REACH][failure[0] + REACH] },
  };
}

/**
 * The answer at a shift, and what of the layers kept up: `maps`, the agreement of the last ones, moved
 * along, or null; `units`, that of the first dense layer's numbers, which cannot move along.
 */
function* breakOf(network, image, [dx, dy]) {
  const before = yield* network.reading(image);
  const after = yield* readingOf(network, shift(image, dx, dy));
  const maps = agreements(network, before, after.layers, dx, dy);
  return {
    dx,
    dy,
    ...answer(after),
    maps: maps.at(-1)?.agreement ?? null,
    units: overlap(before.get(FIRST_DENSE), after.layers.get(FIRST_DENSE)),
  };
}

/** How far to the right the answer holds is asked for. */
export function* question({ network }, { image, digit }) {
  const digits = [digit];
  while (digits.length <= REACH && digits.at(-1) === digit) {
    digits.push((yield* readingOf(network, shift(image, digits.length, 0))).digit);
  }
  const far = digits.length - (digits.at(-1) === digit ? 1 : 2);
  const working = digits.map((one, step) => `+${step}: ${one}`).join(" · ");
  return { answer: far, working, values: { reach: String(REACH) } };
}
