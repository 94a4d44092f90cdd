// Chapter: what the network is: a program that is the same for every network, and learned numbers.
import { argmax } from "../../reader/math.js";
import { classify } from "../classify.js";
import { rowsOf } from "../matrix.js";
import { percent } from "../number-format.js";
import { answersTurned } from "../misconceptions/turning.js";
import { parametersOf } from "../summary.js";
import { untrained } from "../untrained.js";

const SHOWN = 96; // weights of a layer that are painted
const KNOWS = 0.5; // the least probability of a digit that is read, and not guessed
const SURE = 0.9; // the least probability of an answer that is not between two digits

export const pictures = {
  /** The drawing read by the same layers with random weights, and with the learned ones. */
  *swapped({ network }, read) {
    const guess = yield* classify(untrained(network), read.image);
    return {
      image: rowsOf(read.image),
      digit: read.digit,
      random: { probabilities: [...guess.probabilities], layers: layersOf(untrained(network)) },
      learned: { probabilities: [...read.probabilities], layers: layersOf(network) },
    };
  },

  /** The answers to the drawing turned by ever more degrees, and the one that is least sure. */
  *turned({ network }, { drawing }) {
    const answers = yield* answersTurned(network, drawing);
    const shown = answers.map(({ angle, image, digit, probabilities }) => {
      return { angle, image: rowsOf(image), digit, probabilities: [...probabilities] };
    });
    return { answers: shown, between: leastSure(answers) };
  },

  /** What the network has learned from. */
  *learned({ facts: { learned } }) {
    return learned;
  },

  /** What it misreads most surely is in a file of its own, and the same for every drawing. */
  *surest() {
    return null;
  },
};

export const predictions = {
  *programmed({ network }, { image, digit }) {
    const { probabilities } = yield* classify(untrained(network), image);
    const share = probabilities[digit];
    const isRead = argmax(probabilities) === digit && share > KNOWS;
    return { right: isRead ? 0 : 2, values: { digit: String(digit), share: percent(share, 0) } };
  },

  *exact({ network }, { drawing }) {
    const answers = yield* answersTurned(network, drawing);
    const at = leastSure(answers);
    const { angle, probabilities } = answers[at];
    const [first, second] = [...probabilities.keys()].toSorted(
      (one, other) => probabilities[other] - probabilities[one],
    );
    return {
      right: probabilities[first] < SURE ? 1 : 0,
      values: {
        angle: String(angle),
        first: String(first),
        firstShare: percent(probabilities[first], 0),
        second: String(second),
        secondShare: percent(probabilities[second], 0),
      },
    };
  },

  *yours() {
    return { right: 2 };
  },
};

/** Each layer with the first of its weights: {name, kind, size, parameters, weights}. */
const layersOf = ({ layers, weights }) =>
  layers.map((layer) => {
    const [kernel = new Float32Array()] = weights.get(layer.name) ?? [];
    const { name, kind, size = null, activation = null } = layer;
    return { name, kind, size, activation, parameters: parametersOf(layer), weights: [...kernel.subarray(0, SHOWN)] };
  });

/** The index of the answer with the smallest largest probability. */
const leastSure = (answers) => argmax(answers.map(({ probabilities }) => -Math.max(...probabilities)));
