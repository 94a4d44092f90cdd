// Preprocessing with steps left out, and a few pixels that turn the answer.
import { part } from "../../reader/slices.js";
import { fewestPixels, smallestNorm } from "../flips.js";
import { readWithout } from "../preprocessing.js";
import { rowsOf } from "../rows.js";

export const pictures = {
  /** The readings; the drawing must be the whole pad, or nothing is off centre. */
  *without({ network }, { drawing }) {
    const readings = yield* readWithout(network, drawing);
    return readings.map(({ name, image, digit, probabilities, same }) => {
      return { name, image: rowsOf(image), digit, probability: probabilities[digit], same };
    });
  },

  /** Two changes that turn the answer, or null where none was found. */
  *flips({ network }, { image }) {
    const fewest = yield* part(fewestPixels(network, image), 0, 2);
    const smallest = yield* part(smallestNorm(network, image), 1, 2);
    return { image: rowsOf(image), fewest, smallest };
  },
};

/** In how many pictures with steps left out the answer stays is asked for. */
export function* question({ network }, { drawing, digit }) {
  const [, ...others] = yield* readWithout(network, drawing);
  return {
    answer: others.filter(({ same }) => same).length,
    working: others.map((one) => `${one.digit} ${one.same ? "✓" : "✗"}`).join(" · "),
    values: { count: String(others.length), digit: String(digit) },
  };
}
