// Guess first: a number is hidden, the person works it out and types it, and it is checked.
//
// The person reads numbers that are shown in a few decimals, so a right working of rounded numbers
// must count: the tolerance is the most that this rounding can do.
import { activationOf } from "../reader/activations.js";
import { explain } from "./arithmetic.js";
import { convolutionCells, poolingCells } from "./interesting.js";

const DECIMALS = 2; // of the numbers shown while a cell is hidden
const NOTHING = 1e-4; // a sum this far from the number was changed by no activation
const MOST = 25; // products, or numbers of a window
const BY_HAND = [undefined, "linear", "relu", "leaky_relu", "relu6"]; // activations
const TYPED = new Map([..."０１２３４５６７８９．－，−–。,"].map((sign, i) => [sign, "0123456789.-.--.."[i]]));
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Whether a person can work this number out: nobody adds up the 288 products of conv2 by hand, or
 * takes the tanh of their sum.
 */
export function guessable({ kind, inputs, window, kernels, activation }) {
  const isPlain = kind === "pooling" || (kind === "convolution" && inputs.layer === "image");
  return isPlain && (window ?? kernels).flat(2).length <= MOST && BY_HAND.includes(activation);
}

/**
 * A cell of a layer worth guessing.
 * @param {number} turn with every one comes another cell; after the last the first comes again
 * @returns {number[]} [row, column, channel]
 * @throws {RangeError} there is no such layer, or its numbers are not for guessing
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

/** The number that was typed, with point or comma, in half or full width; null: it is none. */
export function parse(text) {
  const plain = [...text.trim()].map((sign) => TYPED.get(sign) ?? sign).join("");
  const number = NUMBER.test(plain) ? Number(plain) : Infinity;
  return Number.isFinite(number) ? number : null;
}

/**
 * The most by which a right working of numbers shown in so many decimals can be off.
 *
 * Each number shown and the guess itself are off by at most half a unit of the last decimal, u: a
 * product of patch p and kernel k therefore by u (|p| + |k|) + u².
 */
export function tolerance(terms, decimals = DECIMALS) {
  const unit = 0.5 * 10 ** -decimals;
  if (terms.kind === "pooling") return 2 * unit; // the largest or the mean, and the guess
  const kernels = terms.kernels.flat(2);
  const sizes = terms.patches.flat(2).map((p, i) => Math.abs(p) + Math.abs(kernels[i]) + unit);
  return unit * add(sizes) + 2 * unit; // the bias, and the guess
}

/**
 * Whether a guess is right, and if not, what led to it where that can be told.
 * @returns {{right: boolean, value: number, mistake: string | null}}
 */
export function check(terms, guess, decimals = DECIMALS) {
  const allowed = tolerance(terms, decimals);
  const near = (number) => Math.abs(guess - number) <= allowed;
  const { value } = terms;
  if (near(value)) return { right: true, value, mistake: null };
  const known = Object.entries(mistakes(terms)).find(([, number]) => near(number));
  return { right: false, value, mistake: known?.[0] ?? null };
}

/** What each known mistake leads to. */
function mistakes(terms) {
  const { kind, how, window, value, total, bias, activation } = terms;
  if (kind === "pooling") {
    const numbers = window.flat();
    const sum = add(numbers);
    if (how === "max") return { average: sum / numbers.length, sum };
    return { largest: Math.max(...numbers), sum };
  }
  const found = { bias: activationOf(terms).of(total - bias), sign: -value }; // the bias left out
  const forgotten = activation === "relu" ? "relu" : "activation"; // to be applied
  return Math.abs(total - value) > NOTHING ? { [forgotten]: total, ...found } : found;
}

const add = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
