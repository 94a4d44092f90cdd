// Pictures and feature maps as matrices: arrays of rows of numbers.
import { IMAGE_SIZE } from "../reader/preprocess.js";

/** The rows of a picture, a typed array with `width` columns. */
export const rowsOf = (numbers, width = IMAGE_SIZE) =>
  Array.from({ length: numbers.length / width }, (_, row) => [...numbers.subarray(row * width, (row + 1) * width)]);

/** The rows of one channel of a map, {shape: [rows, columns, channels], values}. */
export function channelRows({ shape: [, columns, channels], values }, channel) {
  return rowsOf(channelOf(values, channels, channel), columns);
}

/** One of `channels` channels of values stored channels last, Float32Array. */
export const channelOf = (values, channels, channel) =>
  Float32Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]);

/** A matrix as grey levels, 0 to 255: `most` becomes 255, and what is beyond 0 or `most` is clipped. */
export function levels(rows, most = largest(rows)) {
  const scale = most > 0 ? 255 / most : 0;
  return rows.map((row) => row.map((number) => Math.round(Math.min(255, Math.max(0, number * scale)))));
}

/** The largest number of a matrix. */
export const largest = (rows) => Math.max(...rows.map((row) => Math.max(...row)));

/** The part of a matrix inside [left, top, right, bottom]; right and bottom are exclusive. */
export const cut = (rows, [left, top, right, bottom]) =>
  rows.slice(top, bottom).map((row) => row.slice(left, right));
