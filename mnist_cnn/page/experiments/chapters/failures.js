// Chapter: a small digit in a corner, preprocessing with steps left out, and adversarial examples.
import { part } from "../../reader/slices.js";
import { classify } from "../classify.js";
import { fewestPixels, smallestNorm } from "../gradients/adversarial.js";
import { LEAST, MOST, hardest, onPad, placed } from "../preparation/placement.js";
import { readWithout } from "../preparation/preprocessing.js";
import { rowsOf } from "../matrix.js";
import { percent } from "../number-format.js";
import { SettingError } from "../settings.js";

const CORNER = "corner"; // the setting `at` for the corner and the size that fail
const PLACE = /^(\d{1,2}),(\d{1,2}),(\d{1,2})$/; // left, top, size
const UNSURE = 0.5; // a largest probability below it

export const pictures = {
  /** The digit where `at` puts it, read without centring, and as it is always read. */
  *corner({ network }, { drawing, digit, image, probabilities }, state) {
    const here = yield* placeOf(network, drawing, digit, state);
    const read = yield* classify(network, here.image);
    return {
      ...here,
      image: rowsOf(here.image),
      digit: read.digit,
      probabilities: [...read.probabilities],
      centred: { image: rowsOf(image), digit, probability: probabilities[digit] },
      sizes: [LEAST, MOST],
    };
  },

  /** The readings; the drawing must be the whole pad, or it is never off centre. */
  *without({ network }, read, state) {
    const readings = yield* readingsOf(network, read, state);
    return readings.map(({ name, image, digit, probabilities, same }) => {
      return { name, image: rowsOf(image), digit, probability: probabilities[digit], same };
    });
  },

  /** The drawing as it is read, whatever it is. */
  *answer(_, { image, digit, probabilities }) {
    return { image: rowsOf(image), digit, probabilities: [...probabilities] };
  },

  /** Two adversarial examples; null for one that was not found. */
  *flips({ network }, { image }) {
    const fewest = yield* part(fewestPixels(network, image), 0, 2);
    const smallest = yield* part(smallestNorm(network, image), 1, 2);
    return { image: rowsOf(image), fewest, smallest };
  },
};

/** Where the digit is: as `placed` returns it. `at` is empty, CORNER, or numbers as in PLACE. */
function* placeOf(network, drawing, digit, { at = "" }) {
  if (at === CORNER) return plain(yield* hardest(network, drawing, digit));
  if (!at) return placed(drawing, { size: MOST });
  const [left, top, size] = (PLACE.exec(at) ?? []).slice(1).map(Number);
  if (size >= LEAST && size <= MOST) return placed(drawing, { size, left, top });
  throw new SettingError(`at must be ${CORNER}, or left, top and a size from ${LEAST} to ${MOST}, got ${at}`);
}

const plain = ({ size, left, top, width, height, image }) => ({ size, left, top, width, height, image });

/** The readings with steps left out, of the drawing, or of its digit where `at` puts it. */
function* readingsOf(network, { drawing, digit }, state) {
  if (!state.at) return yield* readWithout(network, drawing);
  const here = yield* placeOf(network, drawing, digit, state);
  return yield* readWithout(network, onPad(drawing, here));
}

export const predictions = {
  /** What does the network say of the small digit in the corner that it reads worst? */
  *corner({ network }, { drawing, digit }) {
    const { digit: other, probabilities } = yield* hardest(network, drawing, digit);
    const share = probabilities[other];
    const right = share < UNSURE ? 2 : other === digit ? 0 : 1;
    return { right, values: { digit: String(other), share: percent(share) } };
  },
};

/** For how many of the pictures with steps left out does the answer stay? */
export function* question({ network }, read, state) {
  const [{ digit }, ...others] = yield* readingsOf(network, read, state);
  return {
    answer: others.filter(({ same }) => same).length,
    working: others.map((one) => `${one.digit} ${one.same ? "✓" : "✗"}`).join(" · "),
    values: { count: String(others.length), digit: String(digit) },
  };
}
