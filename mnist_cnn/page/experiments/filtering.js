// One 3×3 filter slid over a picture, as a convolution does, with numbers a person may edit.
import { SettingError } from "./settings.js";

export const SIDE = 3; // of the filter
const MAX_SIZE = 100; // of an edited number, without its sign

const ninth = 1 / 9;

// Named as in image processing (Gonzalez and Woods, Digital Image Processing, chapter 3). Neural networks
// do not flip the kernel: its left column is multiplied with the left column of the patch.
export const KERNELS = {
  identity: [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
  box_blur: [[ninth, ninth, ninth], [ninth, ninth, ninth], [ninth, ninth, ninth]],
  sharpen: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
  outline: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], // Laplacian
  left_edge: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], // Sobel
  right_edge: [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
  top_edge: [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
  bottom_edge: [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
  diagonal: [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]], // a line down
  emboss: [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
};

/**
 * The filter that is set.
 * @param {string} words the name of one of KERNELS, or nine numbers separated by commas
 * @returns {{kernel: number[][], bias: number, relu: boolean}}
 * @throws {SettingError} these are not nine numbers, or one of them or the bias is beyond ±100
 */
export function filterOf(words, bias = "0", relu = true) {
  const offset = Number(bias);
  const kernel = KERNELS[words] ?? inRows(words.split(",").map((word) => (word.trim() ? Number(word) : NaN)));
  const numbers = [...kernel.flat(), offset];
  if (numbers.length !== SIDE * SIDE + 1 || !numbers.every((number) => Math.abs(number) <= MAX_SIZE)) {
    throw new SettingError(`A filter has nine numbers and a bias from -${MAX_SIZE} to ${MAX_SIZE}, got ${words}, ${bias}`);
  }
  return { kernel, bias: offset, relu };
}

const inRows = (numbers) =>
  Array.from({ length: Math.ceil(numbers.length / SIDE) }, (_, row) => numbers.slice(SIDE * row, SIDE * (row + 1)));

/**
 * The feature map of a filter, as of a convolution without padding.
 * @param {number[][]} image rows of pixels, 0 to 255, read as 0 to 1
 * @returns {number[][]} two rows and two columns fewer
 */
export function slide(image, filter) {
  return image.slice(SIDE - 1).map((_, row) =>
    image[0].slice(SIDE - 1).map((__, column) => step(image, filter, row, column).value),
  );
}

/**
 * The filter at one place: total = Σ products + bias; value: after ReLU, if there is one.
 * @returns {{row, column, patch: number[][], products: number[][], bias, total, value}}
 */
export function step(image, { kernel, bias, relu }, row, column) {
  const patch = kernel.map((line, y) => line.map((_, x) => image[row + y][column + x] / 255));
  const products = patch.map((line, y) => line.map((pixel, x) => pixel * kernel[y][x]));
  const total = products.flat().reduce((sum, product) => sum + product, 0) + bias;
  return { row, column, patch, products, bias, total, value: relu ? Math.max(total, 0) : total };
}

/**
 * How much of what a filter finds, squared, lies on edges of horizontal strokes, from 0 to 1; the rest lies on
 * those of vertical ones, and a slanting edge counts to both.
 * @param {number[][]} image as for `slide`
 * @param {number[][]} map what `slide` made of it; only what is above 0 counts
 * @returns {number | null} null: it finds nothing
 */
export function levelShare(image, map) {
  const edges = (name) => slide(image, { kernel: KERNELS[name], bias: 0, relu: false });
  const [across, down] = [edges("left_edge"), edges("top_edge")];
  let [level, all] = [0, 0];
  map.forEach((line, row) =>
    line.forEach((value, column) => {
      const found = Math.max(value, 0) ** 2;
      const [right, below] = [across[row][column] ** 2, down[row][column] ** 2];
      all += found;
      level += found * (right + below > 0 ? below / (right + below) : 0.5);
    }),
  );
  return all > 0 ? level / all : null;
}
