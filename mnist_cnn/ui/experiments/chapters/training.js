// Loss before and after training on the drawing, and how it falls; digits learned by heart.
import { readingOf } from "../course.js";
import { count } from "../numbers.js";
import { untrained } from "../untrained.js";

const LEAST = 1e-12; // a probability may round to 0

export const pictures = {
  /**
   * What an untrained and a trained network make of the drawing, with the loss if the digit is the one
   * the trained network reads; and learning curves, of the fewest digits first.
   */
  *learning({ network, facts: { curves } }, read) {
    const before = yield* readingOf(untrained(network), read.image);
    const [first, last] = [before, read].map(({ probabilities }) => ({
      probabilities: [...probabilities],
      loss: -Math.log(Math.max(probabilities[read.digit], LEAST)),
    }));
    return { digit: read.digit, before: first, after: last, curves };
  },
};

/** The steps of an epoch are asked for. */
export function* question({ facts: { train_digits: digits, batch } }) {
  const exact = digits / batch;
  const answer = Math.ceil(exact);
  return { answer, working: `${count(digits)} ÷ ${batch} = ${Number(exact.toPrecision(6))} → ${answer}` };
}
