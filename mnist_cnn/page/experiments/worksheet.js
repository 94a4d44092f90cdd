// The numbers of a printed task sheet: a convolution, a pooling and the softmax of the person's own drawing.
//
// Printed numbers are rounded, and the answers are computed from the rounded ones, so that working by
// hand gives them exactly; `network` beside them is the network's own value.
import { explain } from "../explain/arithmetic.js";
import { choose } from "../explain/guess.js";
import { mean, sum } from "../reader/math.js";
import { preprocess } from "../reader/preprocess.js";
import { classify } from "./classify.js";
import { rowsOf } from "./matrix.js";

const LARGEST = 3; // logits of which a softmax is worked out
const DECIMALS = 2; // of the numbers printed; their products have twice as many and are exact

/**
 * Tasks with cells worth working out; a generator.
 * @param about {network, drawing}: the Network, and {width, height, pixels} with ink in it
 * @returns {{image: number[][], digit: number, convolution, pooling, softmax}} convolution: {layer, cell,
 *   patch, kernel, products, sum, bias, total, value, network}; pooling: {layer, cell, how, window, value,
 *   network}, or null in a network without; cell: row, column, channel; softmax: {logits: number[],
 *   columns: [{digit, logit, less, power, share, network}], sum}, the largest logit first
 */
export function* worksheet({ network, drawing }) {
  const read = yield* classify(network, preprocess(drawing).image);
  const about = [network, read.image, read.layers];
  const chosen = (name) => explain(...about, name, choose(...about, name, 0));
  return {
    image: rowsOf(read.image),
    digit: read.digit,
    convolution: convolution(chosen("conv1")),
    pooling: read.layers.has("pool1") ? pooling(chosen("pool1")) : null,
    softmax: softmax(explain(...about, "softmax", [read.digit]), read.probabilities),
  };
}

function convolution({ layer, cell, patches, kernels, bias, value }) {
  const [patch, kernel] = [patches, kernels].map(([numbers]) => numbers.map((row) => row.map(printed)));
  const products = patch.map((row, i) => row.map((pixel, j) => exact(pixel * kernel[i][j])));
  const together = exact(sum(products.flat()));
  const total = exact(together + printed(bias));
  const worked = { sum: together, bias: printed(bias), total, value: Math.max(total, 0) };
  return { layer, cell, patch, kernel, products, ...worked, network: value };
}

function pooling({ layer, cell, how, window, value }) {
  const shown = window.map((row) => row.map(printed));
  const numbers = shown.flat();
  const worked = how === "max" ? Math.max(...numbers) : exact(mean(numbers));
  return { layer, cell, how, window: shown, value: worked, network: value };
}

function softmax(terms, probabilities) {
  const logits = Array.from(terms.logits, printed);
  const largest = Math.max(...logits);
  const order = [...logits.keys()].toSorted((a, b) => logits[b] - logits[a]);
  const columns = order.slice(0, LARGEST).map((digit) => {
    const less = printed(logits[digit] - largest);
    return { digit, logit: logits[digit], less, power: exact(Math.exp(less)), network: probabilities[digit] };
  });
  const together = exact(sum(columns.map(({ power }) => power)));
  return {
    logits,
    columns: columns.map((column) => ({ ...column, share: exact(column.power / together) })),
    sum: together,
  };
}

const rounded = (digits) => (number) => Math.round(number * 10 ** digits) / 10 ** digits;
const printed = rounded(DECIMALS);
const exact = rounded(2 * DECIMALS);
