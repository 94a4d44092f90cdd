// One 3×3 filter slid over the picture: what a convolution does, with numbers anybody may edit.
import { SettingError } from "./state.js";

export const SIDE = 3; // of the filter
const LARGEST = 100; // size of an edited number

const ninth = 1 / 9;

// Named as in image processing (Gonzalez and Woods, Digital Image Processing, chapter 3). Networks
// do not turn the kernel round before they slide it, so what stands left here is read left.
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
 * @param {string} words the name of one of KERNELS, or nine numbers with commas between them
 * @returns {{kernel: number[][], bias: number, relu: boolean}}
 * @throws {SettingError} there are not nine numbers, or one of them, or the bias, is none or beyond ±100
 */
export function filterOf(words, bias = "0", relu = true) {
  const offset = Number(bias);
  const kernel = KERNELS[words] ?? inRows(words.split(",").map((word) => (word.trim() ? Number(word) : NaN)));
  const numbers = [...kernel.flat(), offset];
  if (numbers.length !== SIDE * SIDE + 1 || !numbers.every((number) => Math.abs(number) <= LARGEST)) {
    throw new SettingError(`A filter has nine numbers and a bias from -${LARGEST} to ${LARGEST}, got ${words}, ${bias}`);
  }
  return { kernel, bias: offset, relu };
}

const inRows = (numbers) =>
  Array.from({ length: Math.ceil(numbers.length / SIDE) }, (_, row) => numbers.slice(SIDE * row, SIDE * (row + 1)));

/**
 * The map of a filter over a picture, as a convolution without padding makes it.
 * @param {number[][]} image rows of pixels, 0 to 255, read as 0 to 1
 * @returns {number[][]} two rows and two columns fewer
 */
export function slide(image, filter) {
  return image.slice(SIDE - 1).map((_, row) =>
    image[0].slice(SIDE - 1).map((__, column) => step(image, filter, row, column).value),
  );
}

/**
 * One place of the filter: total = Σ products + bias, of which ReLU makes the value.
 * @returns {{row, column, patch: number[][], products: number[][], bias, total, value}}
 */
export function step(image, { kernel, bias, relu }, row, column) {
  const patch = kernel.map((line, y) => line.map((_, x) => image[row + y][column + x] / 255));
  const products = patch.map((line, y) => line.map((pixel, x) => pixel * kernel[y][x]));
  const total = products.flat().reduce((sum, product) => sum + product, 0) + bias;
  return { row, column, patch, products, bias, total, value: relu ? Math.max(total, 0) : total };
}
