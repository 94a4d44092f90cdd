// How a network computes any one of its numbers: the terms that add up to it, in float64.
//
// All terms have `kind`, `layer`, `cell`, `value`, as the network computed it, and `inputs`: where the
// input begins, {layer, row, column, channel}, as far as these apply; row and column are negative in the
// padding, and the first layer reads the layer "image". All kinds but flatten have `total`, the sum
// before the activation, and `activation` and its `slope` as in the network file. By kind:
//   convolution {channels, sums, patches, kernels, bias}: total = Σ sums + bias; input channels by
//               the size of their sum of patch × kernel, the largest first
//   pooling     {how: "max" | "average", window, winner: [row, column] | null}: without padding
//   normalization {read, scale, shift}: total = read × scale + shift
//   flatten     nothing else: the cell that `inputs` names
//   dense       {units, values, weights, products, bias}: total = Σ products + bias; input units by
//               the size of their product, the largest first
//   softmax     the same and {logits, exponentials, denominator}: value = exponentials[unit] ÷
//               denominator, exp of each logit less the largest; total is the unit's own logit
import { windows } from "../reader/layers.js";
import { mean, sum } from "../reader/math.js";

const IMAGE = "image";
const AXES = { 1: ["unit"], 3: ["row", "column", "channel"] };

/**
 * The terms of one number.
 * @param {Network} network
 * @param {Uint8Array} image 28×28 pixels, its input
 * @param {Map<string, {values: Float32Array}>} layers what `network.read` returned for it
 * @param {string} name of a layer
 * @param {number[]} cell [row, column, channel] of a map, [unit] of a vector
 * @throws {RangeError} there is no such layer, or it has no such cell
 */
export function explain(network, image, layers, name, cell) {
  const place = network.layers.findIndex((layer) => layer.name === name);
  if (place < 0) throw new RangeError(`The network has no layer ${name}.`);
  const layer = network.layers[place];
  check(layer, cell);
  const value = layers.get(name).values[indexOf(layer.shape, cell)];
  const read = readBy(network, place, image, layers);
  const terms = TERMS[layer.kind]({ ...layer, cell, read, arrays: network.weights.get(name) });
  return { layer: name, cell: [...cell], value, ...terms };
}

/** The sums of all units of a dense layer: Σ value × weight + bias, Float64Array. */
function weightedSums(values, [kernel, bias]) {
  const sums = Float64Array.from(bias);
  values.forEach((value, i) => {
    for (let unit = 0; unit < sums.length; unit++) sums[unit] += value * kernel[i * sums.length + unit];
  });
  return sums;
}

function check({ name, shape }, cell) {
  const there = (side, axis) => Number.isInteger(cell[axis]) && cell[axis] >= 0 && cell[axis] < side;
  if (cell.length === shape.length && shape.every(there)) return;
  const ranges = AXES[shape.length].map((axis, i) => `${axis} 0 to ${shape[i] - 1}`).join(", ");
  throw new RangeError(`${name} has the cells ${ranges}, and no cell ${cell.join(", ")}.`);
}

/** The input of the layer at a place: {name, shape, values}. */
export function readBy(network, place, image, layers) {
  if (place === 0) {
    const values = Float32Array.from(image, (pixel) => pixel / 255);
    return { name: IMAGE, shape: network.input, values };
  }
  const { name, shape } = network.layers[place - 1];
  return { name, shape, values: layers.get(name).values };
}

const indexOf = (shape, cell) => cell.reduce((at, place, axis) => at * shape[axis] + place, 0);

function convolution({ shape, size, cell, read, arrays, ...layer }) {
  const [row, column, filter] = cell;
  const [kernel, biases] = arrays;
  const channels = read.shape[2];
  const [down, right] = windows(read.shape, { size, ...layer });
  const [top, left] = [down[row], right[column]];
  const patches = each(channels, (channel) =>
    grid(size, (i, j) => numberAt(read, top + i, left + j, channel)),
  );
  const kernels = each(channels, (channel) =>
    grid(size, (i, j) => kernel[((i * size[1] + j) * channels + channel) * shape[2] + filter]),
  );
  const sums = patches.map((patch, channel) =>
    sum(patch.flatMap((line, i) => line.map((value, j) => value * kernels[channel][i][j]))),
  );
  const order = largestFirst(sums);
  return {
    kind: "convolution",
    inputs: { layer: read.name, row: top, column: left },
    channels: order,
    sums: order.map((channel) => sums[channel]),
    patches: order.map((channel) => patches[channel]),
    kernels: order.map((channel) => kernels[channel]),
    bias: biases[filter],
    total: sum(sums) + biases[filter],
    ...activationIn(layer),
  };
}

/** The number at a place of a map; 0 in the padding. */
function numberAt({ shape: [height, width, channels], values }, row, column, channel) {
  if (row < 0 || row >= height || column < 0 || column >= width) return 0;
  return values[(row * width + column) * channels + channel];
}

function pooling(how, { size, cell, read, ...layer }) {
  const [row, column, channel] = cell;
  const [height, width] = read.shape;
  const starts = windows(read.shape, { size, ...layer });
  const [top, bottom] = inside(starts[0][row], size[0], height);
  const [left, right] = inside(starts[1][column], size[1], width);
  const window = grid([bottom - top, right - left], (i, j) =>
    numberAt(read, top + i, left + j, channel),
  );
  const numbers = window.flat();
  const most = Math.max(...numbers);
  const first = numbers.indexOf(most);
  return {
    kind: "pooling",
    how,
    inputs: { layer: read.name, row: top, column: left, channel },
    window,
    winner: how === "max" ? [Math.floor(first / (right - left)), first % (right - left)] : null,
    total: how === "max" ? most : mean(numbers),
    ...activationIn(layer),
  };
}

/** Begin and end of a window along a side, without the padding. */
const inside = (start, size, side) => [Math.max(0, start), Math.min(side, start + size)];

function normalization({ shape, cell, read, arrays: [scales, shifts], ...layer }) {
  const channel = cell.at(-1);
  const place = cell.length === 3 ? { row: cell[0], column: cell[1] } : {};
  const value = read.values[indexOf(shape, cell)];
  return {
    kind: "normalization",
    inputs: { layer: read.name, ...place, channel },
    read: value,
    scale: scales[channel],
    shift: shifts[channel],
    total: value * scales[channel] + shifts[channel],
    ...activationIn(layer),
  };
}

function flatten({ cell: [unit], read }) {
  const [, width, channels] = read.shape;
  const place = Math.floor(unit / channels);
  const [row, column, channel] = [Math.floor(place / width), place % width, unit % channels];
  return { kind: "flatten", inputs: { layer: read.name, row, column, channel } };
}

function dense({ shape: [count], cell: [unit], read, arrays, ...layer }) {
  const [kernel, biases] = arrays;
  const weights = each(read.values.length, (i) => kernel[i * count + unit]);
  const products = weights.map((weight, i) => read.values[i] * weight);
  const order = largestFirst(products);
  const terms = {
    kind: "dense",
    inputs: { layer: read.name },
    units: order,
    values: order.map((i) => read.values[i]),
    weights: order.map((i) => weights[i]),
    products: order.map((i) => products[i]),
    bias: biases[unit],
    total: sum(products) + biases[unit],
    ...activationIn(layer),
  };
  return layer.activation === "softmax" ? { ...terms, ...shares(read.values, arrays) } : terms;
}

/** A layer's activation, as in the network file. */
const activationIn = ({ activation, slope }) => ({ activation, slope });

function shares(values, arrays) {
  const logits = [...weightedSums(values, arrays)];
  const most = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - most));
  return { kind: "softmax", logits, exponentials, denominator: sum(exponentials) };
}

const TERMS = {
  Conv2D: convolution,
  MaxPooling2D: (layer) => pooling("max", layer),
  AveragePooling2D: (layer) => pooling("average", layer),
  Flatten: flatten,
  Dense: dense,
  BatchNormalization: normalization,
};

/** The indices sorted by absolute value, largest first; equal ones keep their order. */
const largestFirst = (numbers) =>
  [...numbers.keys()].toSorted((a, b) => Math.abs(numbers[b]) - Math.abs(numbers[a]));

const each = (count, make) => Array.from({ length: count }, (_, i) => make(i));

const grid = ([rows, columns], make) => each(rows, (row) => each(columns, (column) => make(row, column)));
