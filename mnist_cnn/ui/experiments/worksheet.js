// Numbers for a printed sheet: one convolution and one pooling of the person's own drawing.
//
// What is printed is rounded, and the answers are worked out from the rounded numbers, so that a
// pencil gets them exactly; `network` beside them is the network's own value.
import { explain } from "../explain/arithmetic.js";
import { choose } from "../explain/guess.js";
import { Course } from "./course.js";
import { sum } from "./layers.js";
import { rowsOf } from "./rows.js";

const DECIMALS = 2; // of the numbers printed; their products have twice as many and are exact

/**
 * Tasks with cells that are worth working out; a generator.
 * @param about {network, drawing}: the Network, and {width, height, pixels} with ink in it
 * @returns {{image: number[][], digit: number, convolution, pooling}} convolution: {layer, cell, patch,
 *   kernel, products, sum, bias, total, value, network}; pooling: {layer, cell, how, window, value,
 *   network}, or null in a network without; cell: row, column, channel
 */
export function* worksheet({ network, drawing }) {
  const read = yield* new Course({ network }).read(drawing);
  const about = [network, read.image, read.layers];
  const chosen = (name) => explain(...about, name, choose(...about, name, 0));
  return {
    image: rowsOf(read.image),
    digit: read.digit,
    convolution: convolution(chosen("conv1")),
    pooling: read.layers.has("pool1") ? pooling(chosen("pool1")) : null,
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
  const worked = how === "max" ? Math.max(...numbers) : exact(sum(numbers) / numbers.length);
  return { layer, cell, how, window: shown, value: worked, network: value };
}

const rounded = (digits) => (number) => Math.round(number * 10 ** digits) / 10 ** digits;
const printed = rounded(DECIMALS);
const exact = rounded(2 * DECIMALS);
