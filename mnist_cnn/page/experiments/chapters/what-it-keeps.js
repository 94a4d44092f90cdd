// Chapter: what a network keeps of the digits it learned from, and of those it reads.
import { product } from "../../reader/math.js";
import { preprocess } from "../../reader/preprocess.js";
import { classify } from "../classify.js";
import { rowsOf } from "../matrix.js";
import { checksumOf } from "../misconceptions/checksum.js";
import { drawnDigits } from "../misconceptions/drawn-digits.js";
import { shared } from "../misconceptions/shared-work.js";
import { parametersOf } from "../summary.js";

const WEIGHT = Float32Array.BYTES_PER_ELEMENT; // bytes
const DRAWINGS = 100;
const FEATURES = "dense1"; // the layer by whose outputs drawings are compared

export const pictures = {
  /** The room that the weights take, and that of the digits they were learned from. */
  *room(course, { image }) {
    return { ...roomOf(course), image: rowsOf(image) };
  },

  /**
   * The weights' checksum and the answer to the drawing, before and after many drawings are read, if
   * they are: {count, before, readings, after}.
   */
  *hundred({ network }, { image }, { played }) {
    if (!played) return { count: DRAWINGS, before: yield* stateOf(network, image), readings: [], after: null };
    return yield* readMany(network, image);
  },

  /** What the network makes of the drawing before it votes. */
  *features(course, { image, layers, digit }) {
    return { image: rowsOf(image), digit, features: [...layers.get(FEATURES).values] };
  },
};

export const predictions = {
  *storage(course) {
    const { weights, digits } = roomOf(course);
    return { right: weights < digits ? 2 : 0 };
  },

  *continuous({ network }, { image }) {
    const { before, after, readings } = yield* readMany(network, image);
    return {
      right: before.checksum === after.checksum ? 2 : 0,
      values: { drawings: String(readings.length) },
    };
  },

  *people() {
    return { right: 2 };
  },
};

/** {weights, digits, digit, fit}: bytes; fit: how many digits have room where the weights are. */
function roomOf({ network, facts: { train_digits: count } }) {
  const parameters = network.layers.reduce((total, layer) => total + parametersOf(layer), 0);
  const weights = WEIGHT * parameters;
  const digit = product(network.input);
  return { parameters, count, weights, digit, digits: count * digit, fit: Math.floor(weights / digit) };
}

const readMany = (network, image) =>
  shared("hundred", network, image, () => beforeAndAfter(network, image));

function* beforeAndAfter(network, image) {
  const before = yield* stateOf(network, image);
  const readings = [];
  for (const { digit: meant, ink } of drawnDigits(DRAWINGS)) {
    const reading = yield* classify(network, preprocess(ink).image);
    readings.push({ meant, digit: reading.digit, image: rowsOf(reading.image) });
    yield readings.length / DRAWINGS;
  }
  return { count: DRAWINGS, before, readings, after: yield* stateOf(network, image) };
}

function* stateOf(network, image) {
  const { digit, probabilities } = yield* classify(network, image);
  return { checksum: checksumOf(network), digit, probability: probabilities[digit] };
}
