// Canvases made of numbers, and canvases as PNG files. (OffscreenCanvas would not do: Safari before
// 16.4 has none.)
//
// Some browsers falsify what a page reads back from a canvas, because it tells one device from
// another: Tor Browser and Firefox's resistFingerprinting return white or random pixels, and so does
// Brave in its strict mode. Drawings are never read back; pictures that are opened or saved must be.
import { IMAGE_SIZE } from "../reader/preprocess.js";

const TOLERANCE = 2; // levels: changing the last bit spoils no picture
const MARK = 16; // pixels: the sides of a test picture that has every level once

let truly = false; // a canvas was read back as it was painted

/** A new, empty canvas; its size in pixels. */
export function canvasOf(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** A colour, [red, green, blue] from 0 to 255, as one pixel of an ImageData seen as 32-bit numbers. */
export function rgba([red, green, blue], alpha = 255) {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0; // little-endian
}

/** [red, green, blue] of a computed style, such as "rgb(23, 32, 48)". */
export const rgbOf = (style) => style.match(/\d+/g).slice(0, 3).map(Number);

/**
 * @param values one for each pixel, row by row
 * @param {(value: number) => number} color returns the pixel of a value, as `rgba` does
 * @returns {ImageData}
 */
export function imageOf(values, width, color) {
  const pixels = Uint32Array.from(values, color);
  return new ImageData(new Uint8ClampedArray(pixels.buffer), width);
}

/** The same as a canvas. */
export function canvasFrom(values, width, color) {
  const canvas = canvasOf(width, values.length / width);
  canvas.getContext("2d").putImageData(imageOf(values, width, color), 0, 0);
  return canvas;
}

/** Ink levels from 0 to 255, dark on white as on paper. */
export const inkOnPaper = (levels, width = IMAGE_SIZE) =>
  canvasFrom(levels, width, (ink) => rgba([255 - ink, 255 - ink, 255 - ink]));

/**
 * Whether the browser reads a canvas back as it was painted. Some ask the person for permission, but
 * only while they handle a click or key: make the first call there.
 */
export function readsTruly() {
  truly ||= isRead(); // if not, try again the next time: the person may have allowed it by then
  return truly;
}

function isRead() {
  const mark = new Uint8ClampedArray(4 * MARK ** 2).map((_, i) => (i % 4 === 3 ? 255 : i >> 2));
  const context = canvasOf(MARK, MARK).getContext("2d");
  context.putImageData(new ImageData(mark, MARK, MARK), 0, 0);
  const { data } = context.getImageData(0, 0, MARK, MARK);
  return mark.every((level, i) => Math.abs(level - data[i]) <= TOLERANCE);
}

/** The canvas as a PNG file. Throws {refused: key} where the file would not show what was painted. */
export async function pngOf(canvas) {
  if (!readsTruly()) throw refusal("pictureAltered");
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** An Error with the key of the sentence that tells people about it. */
export const refusal = (key) => Object.assign(new Error(key), { refused: key });
