// Numbers that lie in a row, as the rows of a picture or of a feature map.

/** A picture of `width` columns: rows of numbers. */
export const rowsOf = (numbers, width = 28) =>
  Array.from({ length: numbers.length / width }, (_, row) => [...numbers.subarray(row * width, (row + 1) * width)]);

/** One channel of a layer, {shape: [rows, columns, channels], values}, as rows of numbers. */
export function channelRows({ shape: [, columns, channels], values }, channel) {
  return rowsOf(channelOf(values, channels, channel), columns);
}

/** One of so many channels, Float32Array. */
export const channelOf = (values, channels, channel) =>
  Float32Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]);

/** Rows of numbers as levels, 0 to 255: the largest, or `most`, is 255, and none is above it or below 0. */
export function levels(rows, most = largest(rows)) {
  const scale = most > 0 ? 255 / most : 0;
  return rows.map((row) => row.map((number) => Math.round(Math.min(255, Math.max(0, number * scale)))));
}

/** The largest of rows of numbers. */
export const largest = (rows) => Math.max(...rows.map((row) => Math.max(...row)));

/** The part of a picture's rows inside [left, top, right, bottom], whose right and bottom are just outside. */
export const cut = (rows, [left, top, right, bottom]) =>
  rows.slice(top, bottom).map((row) => row.slice(left, right));
