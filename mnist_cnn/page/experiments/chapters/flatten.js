// Chapter: from the last maps to the answer: flatten, a dense layer, ten logits, softmax.
import { explain } from "../../explain/arithmetic.js";
import { argmax, sum } from "../../reader/math.js";
import { levels, rowsOf } from "../matrix.js";
import { decimal } from "../number-format.js";
import { strongest } from "../strongest-activation.js";

const ADDED = 5; // to all ten logits
const SAME = 1e-9; // probabilities that differ by less are the same

export const pictures = {
  /** All numbers of these steps; the maps as grey levels, [row][column][channel]. */
  *decision(course, { image, layers, digit, probabilities }) {
    const { shape: [, columns, channels], values } = layers.get("conv3");
    const [flat] = levels([[...values]]);
    const maps = rowsOf(Uint8Array.from(flat), columns * channels);
    const { logits, exponentials, denominator } = explain(course.network, image, layers, "softmax", [digit]);
    return {
      maps: maps.map((row) => rowsOf(Uint8Array.from(row), channels)),
      cell: cellOf(course, layers),
      units: [...layers.get("dense1").values],
      logits,
      exponentials,
      denominator,
      probabilities: [...probabilities],
      digit,
    };
  },
};

export const predictions = {
  /** What adding to all logits does to the answer's probability: 0 it grows, 1 it shrinks, 2 nothing. */
  *softmax(course, { image, layers, digit }) {
    const { logits } = explain(course.network, image, layers, "softmax", [digit]);
    const before = softmax(logits)[digit];
    const after = softmax(logits.map((logit) => logit + ADDED))[digit];
    const right = Math.abs(after - before) < SAME ? 2 : after > before ? 0 : 1;
    const [one, other] = [before, after].map((share) => `${decimal(100 * share, 1)}%`);
    return { right, values: { before: one, after: other } };
  },
};

/** The probabilities of ten logits. */
export function softmax(logits) {
  const powers = logits.map(Math.exp);
  const all = sum(powers);
  return powers.map((power) => power / all);
}

/** At which index of the vector is the strongest number? Looked up in the output of flatten. */
export function* question(course, { layers }) {
  const [row, column, channel] = cellOf(course, layers);
  const { shape: [, columns, channels] } = layers.get("conv3");
  const answer = argmax(layers.get("flatten").values);
  return {
    answer,
    working: `(${row} × ${columns} + ${column}) × ${channels} + ${channel} = ${answer}`,
    values: { row: String(row), column: String(column), channel: String(channel) },
  };
}

const cellOf = (course, layers) => strongest(layers.get("conv3"), course.layer("conv3")).cell;
