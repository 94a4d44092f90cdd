// Guess first: a number of the network is hidden, the person works it out, and the guess is checked.
import { activationOf } from "../reader/activations.js";
import { mean, sum } from "../reader/math.js";
import { ROUNDING, roundingOfProducts } from "./answers.js";
import { explain } from "./arithmetic.js";
import { convolutionCells, poolingCells } from "./example-cells.js";

const UNCHANGED = 1e-4; // an activation that changes a sum by less has left it as it was
const MOST_TERMS = 25; // products of a convolution, or numbers in a pooling window
const BY_HAND = [undefined, "linear", "relu", "leaky_relu", "relu6"]; // activations

/**
 * Whether a person can work out a number, given its terms: nobody adds up the 288 products of conv2,
 * or takes the tanh of their sum, by hand.
 */
export function guessable({ kind, inputs, window, kernels, activation }) {
  const isPlain = kind === "pooling" || (kind === "convolution" && inputs.layer === "image");
  return isPlain && (window ?? kernels).flat(2).length <= MOST_TERMS && BY_HAND.includes(activation);
}

/**
 * A cell of a layer worth guessing.
 * @param {number} turn a different cell for each; after the last cell the first comes again
 * @returns {number[]} [row, column, channel]
 * @throws {RangeError} there is no such layer, or its numbers cannot be guessed
 */
export function choose(network, image, layers, name, turn) {
  const terms = explain(network, image, layers, name, [0, 0, 0]);
  if (!guessable(terms)) throw new RangeError(`A number of ${name} is not for guessing.`);
  const layer = network.layers.find((one) => one.name === name);
  const cells =
    terms.kind === "pooling"
      ? poolingCells(layer, layers.get(terms.inputs.layer), layers.get(name))
      : convolutionCells(layer, image, network.input, layers.get(name));
  return cells[turn % cells.length];
}

/** How far off a guess may be that is worked out correctly from the rounded numbers shown. */
export function tolerance({ kind, patches, kernels }) {
  if (kind === "pooling") return 2 * ROUNDING; // of the largest or the mean, and of the guess
  return roundingOfProducts(patches.flat(2), kernels.flat(2));
}

/**
 * Whether a guess is right; if it is not, the mistake that leads to it, if it is a known one.
 * @returns {{right: boolean, value: number, mistake: string | null}}
 */
export function check(terms, guess) {
  const allowed = tolerance(terms);
  const near = (number) => Math.abs(guess - number) <= allowed;
  const { value } = terms;
  if (near(value)) return { right: true, value, mistake: null };
  const known = Object.entries(mistakes(terms)).find(([, number]) => near(number));
  return { right: false, value, mistake: known?.[0] ?? null };
}

/** The number that each known mistake leads to. */
function mistakes({ kind, how, window, value, total, bias, ...terms }) {
  if (kind === "pooling") {
    const numbers = window.flat();
    const other = how === "max" ? { average: mean(numbers) } : { largest: Math.max(...numbers) };
    return { ...other, sum: sum(numbers) };
  }
  const found = { bias: activationOf(terms).of(total - bias), sign: -value }; // forgot the bias
  const forgotten = terms.activation === "relu" ? "relu" : "activation";
  return Math.abs(total - value) > UNCHANGED ? { [forgotten]: total, ...found } : found;
}
