// Chapter: the loss before and after training, its learning curves, and overfitting.
import { classify } from "../classify.js";
import { count, percent } from "../number-format.js";
import { rowsOf } from "../matrix.js";
import { untrained } from "../untrained.js";

const CHANCE = 0.15; // an accuracy below it is no better than guessing among ten digits
const ALIKE = 0.02; // accuracies that differ by less are as good as each other
const EPSILON = 1e-12; // a probability may round to 0

export const pictures = {
  /**
   * The drawing read by an untrained and by the trained network, with the loss if the digit is what the
   * trained one reads; and learning curves, that of the fewest digits first.
   */
  *learning({ network, facts: { curves } }, read) {
    const before = yield* classify(untrained(network), read.image);
    const [first, last] = [before, read].map(({ probabilities }) => ({
      probabilities: [...probabilities],
      loss: -Math.log(Math.max(probabilities[read.digit], EPSILON)),
    }));
    return { image: rowsOf(read.image), digit: read.digit, before: first, after: last, curves };
  },
};

export const predictions = {
  /** What becomes of digits never seen, when the fewest digits are read over and over? */
  *heart({ facts: { curves } }) {
    const { training_accuracy: train, test_accuracy: test } = curves[0].curve.at(-1);
    const right = test < CHANCE ? 2 : train - test < ALIKE ? 0 : 1;
    return { right, values: { train: percent(train, 0), test: percent(test, 0) } };
  },
};

/** How many steps has an epoch? */
export function* question({ facts: { train_digits: digits, batch } }) {
  const exact = digits / batch;
  const answer = Math.ceil(exact);
  return { answer, working: `${count(digits)} ÷ ${batch} = ${Number(exact.toPrecision(6))} → ${answer}` };
}
