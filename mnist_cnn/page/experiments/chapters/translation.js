// Chapter: the picture is shifted; do the maps follow, and at which shifts does the answer stay?
import { part } from "../../reader/slices.js";
import { classify } from "../classify.js";
import { channelRows, rowsOf } from "../matrix.js";
import { percent } from "../number-format.js";
import { shift } from "../incremental/shifts.js";
import { whole } from "../settings.js";
import { strongest } from "../strongest-activation.js";
import { REACH, agreements, follow, overlap, sweep } from "../translation.js";

const FIRST_DENSE = "dense1"; // in both networks
const SHOWN = ["conv1", "pool1"]; // layers whose maps are shown beside each other
const STEP = 1; // pixels to the right that the prediction is about
const EXACT = 1 - 1e-5; // an agreement that differs from 1 by rounding only
const MOSTLY = 0.5; // an agreement above it is called rough

export const networks = ["dense"];

const both = ({ network, others: { dense } }) => Object.entries({ network, dense });

export const pictures = {
  /** The picture with the chosen shift, its maps and those that followed, and the answers. */
  *moved(course, read, state) {
    const [dx, dy] = ["dx", "dy"].map((name) => whole(state, name, 0, -REACH, REACH));
    const image = shift(read.image, dx, dy);
    const readings = {};
    for (const [name, network] of both(course)) readings[name] = yield* classify(network, image);
    const after = readings.network.layers;
    const agreed = agreements(course.network, read.layers, after, dx, dy);
    return {
      dx,
      dy,
      reach: REACH,
      image: rowsOf(image),
      maps: SHOWN.map((name) => {
        const { moved } = agreed.find(({ layer }) => layer === name);
        return { layer: name, ...mapsOf(course.layer(name), read.layers.get(name), after.get(name), moved) };
      }),
      answers: Object.fromEntries(Object.entries(readings).map(([name, reading]) => [name, answer(reading)])),
      agreements: agreed,
    };
  },

  /** The answers of both networks at all shifts, no shift in the middle. */
  *everywhere(course, read) {
    const found = {};
    for (const [i, [name, network]] of both(course).entries()) {
      found[name] = yield* part(answers(network, read.image), i, 2);
    }
    return found;
  },
};

/**
 * The strongest channel of a layer: `before`, its map of the picture; `moved`, the same, shifted by whole
 * cells; `after`, its map of the shifted picture.
 */
function mapsOf(layer, one, other, [down, right]) {
  const channel = strongest(one, layer).cell[2];
  const before = channelRows(one, channel);
  return { channel, before, moved: follow(before, down, right), after: channelRows(other, channel) };
}

const answer = ({ digit, probabilities }) => ({ digit, probability: probabilities[digit] });

const known = new WeakMap(); // Network: {image, found} of the last picture, which several cards ask for

function* answers(network, image) {
  const last = known.get(network);
  if (last && last.image.every((level, i) => level === image[i])) return last.found;
  const { probabilities, digits, heldOfWhole, ink, failure } = yield* sweep(network, image);
  const found = {
    digits,
    sure: probabilities.map((row) => row.map((ten) => Math.max(...ten))),
    heldOfWhole,
    breaks: failure && { ...(yield* breakOf(network, image, failure)), ink: ink[failure[1] + REACH][failure[0] + REACH] },
  };
  known.set(network, { image, found });
  return found;
}

/**
 * The picture and the answer at a shift, and how well layers followed: `maps`, the agreement of the last
 * maps, or null; `units`, that of the first dense layer, whose numbers cannot shift.
 */
function* breakOf(network, image, [dx, dy]) {
  const before = yield* network.reading(image);
  const moved = shift(image, dx, dy);
  const after = yield* classify(network, moved);
  const maps = agreements(network, before, after.layers, dx, dy);
  return {
    dx,
    dy,
    image: rowsOf(moved),
    ...answer(after),
    maps: maps.at(-1)?.agreement ?? null,
    units: overlap(before.get(FIRST_DENSE), after.layers.get(FIRST_DENSE)),
  };
}

export const predictions = {
  /** One pixel to the right: do pool1's maps move along exactly, roughly, or not at all? */
  *pooling({ network }, { image, layers }) {
    const after = yield* network.reading(shift(image, STEP, 0));
    const { agreement } = agreements(network, layers, after, STEP, 0).find(({ layer }) => layer === "pool1");
    const right = agreement >= EXACT ? 0 : agreement >= MOSTLY ? 1 : 2;
    return { right, values: { agreement: percent(agreement) } };
  },

  /** Which network keeps its answer at more shifts, as far as their percentages tell them apart? */
  *squares(course, { image }) {
    const held = {};
    for (const [i, [name, network]] of both(course).entries()) {
      held[name] = (yield* part(answers(network, image), i, 2)).heldOfWhole;
    }
    const values = { conv: percent(held.network), dense: percent(held.dense) };
    const right = values.conv === values.dense ? 2 : held.network > held.dense ? 0 : 1;
    return { right, values };
  },
};

/** How far right can the picture be shifted before the answer changes? */
export function* question({ network }, { image, digit }) {
  const digits = [digit];
  while (digits.length <= REACH && digits.at(-1) === digit) {
    digits.push((yield* classify(network, shift(image, digits.length, 0))).digit);
  }
  const far = digits.length - (digits.at(-1) === digit ? 1 : 2);
  const working = digits.map((one, step) => `+${step}: ${one}`).join(" · ");
  return { answer: far, working, values: { reach: String(REACH) } };
}
