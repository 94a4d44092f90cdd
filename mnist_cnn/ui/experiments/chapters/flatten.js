// From the last maps to the answer: flatten, a dense layer, ten logits, softmax.
import { explain } from "../../explain/arithmetic.js";
import { largestAt } from "../course.js";
import { levels, rowsOf } from "../rows.js";
import { strongest } from "../strongest.js";

export const pictures = {
  /** The last steps with all their numbers; of the maps levels, [row][column][channel]. */
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

/** Where flatten puts the strongest number is asked for: found in its own output. */
export function* question(course, { layers }) {
  const [row, column, channel] = cellOf(course, layers);
  const { shape: [, columns, channels] } = layers.get("conv3");
  const answer = largestAt(layers.get("flatten").values);
  return {
    answer,
    working: `(${row} × ${columns} + ${column}) × ${channels} + ${channel} = ${answer}`,
    values: { row: String(row), column: String(column), channel: String(channel) },
  };
}

const cellOf = (course, layers) => strongest(layers.get("conv3"), course.layer("conv3")).cell;
