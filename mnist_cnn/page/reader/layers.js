// The layers of a convolutional network. Each is created from its description in the network file, and
// is then a function from its input to its sums, to which `activate` applies the activation.
//
// Arrays are laid out as in Keras: channels last, row by row. A layer has an input shape (before) and an
// output shape (shape), [rows, columns, channels] or [units], and its arrays: kernel and bias, or scale
// and shift of a normalization. A convolution takes long: it is a generator, which yields after each
// block of channels and returns its sums.
import { activationOf } from "./activations.js";

const BLOCK = 8; // output channels computed together: their sums fit in registers

/** A kernel over all input channels, slid over rows and columns. */
export function Conv2D({ before, shape, size, stride, padding, arrays }) {
  const [, , channels] = before;
  const [rows, columns, filters] = shape;
  const [kernel, bias] = arrays;
  const packed = inBlocks(kernel, filters);
  const [down, right] = windows(before, { size, stride, padding });

  return function* (input) {
    const output = new Float32Array(rows * columns * filters);
    for (let block = 0; block < filters; block += BLOCK) {
      fill(output, input, block);
      yield;
    }
    return output;
  };

  /** The sums of all windows, for one block of output channels. */
  function fill(output, input, block) {
    const sums = new Float64Array(BLOCK);
    const weights = packed.subarray((block * kernel.length) / filters);
    const count = Math.min(BLOCK, filters - block);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        sumUp(sums, input, weights, before, size, down[row], right[column]);
        const at = (row * columns + column) * filters + block;
        for (let f = 0; f < count; f++) output[at + f] = sums[f] + bias[block + f];
      }
    }
  }

  /** The weighted sums of one window, for one block of output channels. */
  function sumUp(sums, input, weights, [height, width], [tall, wide], top, left) {
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    for (let i = Math.max(0, -top); i < tall && top + i < height; i++) {
      for (let j = Math.max(0, -left); j < wide && left + j < width; j++) {
        let k = (i * wide + j) * channels * BLOCK;
        const from = ((top + i) * width + left + j) * channels;
        for (let at = from; at < from + channels; at++, k += BLOCK) {
          const value = input[at];
          if (value === 0) continue; // more than half of the numbers after a ReLU
          s0 += value * weights[k];
          s1 += value * weights[k + 1];
          s2 += value * weights[k + 2];
          s3 += value * weights[k + 3];
          s4 += value * weights[k + 4];
          s5 += value * weights[k + 5];
          s6 += value * weights[k + 6];
          s7 += value * weights[k + 7];
        }
      }
    }
    sums[0] = s0; sums[1] = s1; sums[2] = s2; sums[3] = s3;
    sums[4] = s4; sums[5] = s5; sums[6] = s6; sums[7] = s7;
  }
}

/** The largest number of each window, channel by channel. */
export const MaxPooling2D = (layer) => pooling(layer, -Infinity, (most, value) => Math.max(most, value));

/** The mean of each window, channel by channel. */
export const AveragePooling2D = (layer) =>
  pooling(layer, 0, (sum, value) => sum + value, (sum, count) => sum / count);

/** Reduces each window by `takeUp`, starting from `first`; `finish` gets the result and the count. */
function pooling({ before, shape, size, stride, padding }, first, takeUp, finish = (value) => value) {
  const [height, width, channels] = before;
  const [rows, columns] = shape;
  const [down, right] = windows(before, { size, stride, padding });

  return (input) => {
    const output = new Float32Array(rows * columns * channels);
    for (let row = 0; row < rows; row++) {
      const [top, bottom] = [Math.max(0, down[row]), Math.min(height, down[row] + size[0])];
      for (let column = 0; column < columns; column++) {
        const [left, end] = [Math.max(0, right[column]), Math.min(width, right[column] + size[1])];
        const count = (bottom - top) * (end - left);
        const at = (row * columns + column) * channels;
        for (let channel = 0; channel < channels; channel++) {
          let value = first;
          for (let y = top; y < bottom; y++) {
            for (let x = left; x < end; x++) {
              value = takeUp(value, input[(y * width + x) * channels + channel]);
            }
          }
          output[at + channel] = finish(value, count);
        }
      }
    }
    return output;
  };
}

/** The same numbers as a vector. */
export const Flatten = () => (input) => input;

/** Each unit is a weighted sum of the whole input. */
export function Dense({ shape: [units], arrays: [kernel, bias] }) {
  return (input) => {
    const sums = Float64Array.from(bias);
    for (let i = 0; i < input.length; i++) {
      if (input[i] === 0) continue;
      for (let unit = 0; unit < units; unit++) sums[unit] += input[i] * kernel[i * units + unit];
    }
    return sums;
  };
}

/** Each number times the scale of its channel, plus the shift of its channel. */
export function BatchNormalization({ arrays: [scale, shift] }) {
  return (input) => {
    const sums = new Float32Array(input.length);
    for (let at = 0; at < input.length; ) {
      for (let c = 0; c < scale.length; c++, at++) sums[at] = input[at] * scale[c] + shift[c];
    }
    return sums;
  };
}

/** The activation of a layer: a function from its sums to a new Float32Array. */
export function activate(layer) {
  const { activation = "linear" } = layer;
  if (activation === "linear") return (sums) => new Float32Array(sums);
  if (activation === "softmax") return softmax;
  if (activation === "relu") return relu;
  const { of } = activationOf(layer);
  return (sums) => {
    const values = new Float32Array(sums.length);
    for (let i = 0; i < sums.length; i++) values[i] = of(sums[i]);
    return values;
  };
}

/** Not by `activationOf`, because most layers have it and this is faster. */
function relu(sums) {
  const values = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) values[i] = Math.max(0, sums[i]);
  return values;
}

/** The exponential of each logit, divided by their sum. */
function softmax(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most)); // never overflows
  const sum = powers.reduce((total, power) => total + power, 0);
  return Float32Array.from(powers, (power) => power / sum);
}

/**
 * Where each window begins, along rows and along columns, as in TensorFlow; below 0 in the padding.
 * @param {number[]} before rows and columns of the input
 * @param layer {size, stride, padding}; padding: "valid", "same", or lines of zeros,
 *   [[top, bottom], [left, right]]
 * @returns {[number[], number[]]}
 */
export function windows(before, { size, stride, padding }) {
  return [0, 1].map((axis) => {
    const own = typeof padding === "string" ? padding : padding[axis];
    return startsOf(before[axis], size[axis], stride[axis], own);
  });
}

/** The receptive field of a cell in pixels, {left, top, right, bottom}; all 0 if it sees only padding. */
export function regionOf({ rows, columns }, row, column) {
  const [top, bottom] = rows.length > 1 ? rows[row] : rows[0];
  const [left, right] = columns.length > 1 ? columns[column] : columns[0];
  if (bottom < top || right < left) return { left: 0, top: 0, right: 0, bottom: 0 };
  return { left, top, right: right + 1, bottom: bottom + 1 };
}

function startsOf(side, size, stride, padding) {
  if (padding === "same") {
    const count = Math.ceil(side / stride); // output size with "same" padding
    const missing = Math.max(0, (count - 1) * stride + size - side);
    return starts(count, stride, Math.floor(missing / 2));
  }
  const [first, last] = padding === "valid" ? [0, 0] : padding;
  return starts(Math.floor((side + first + last - size) / stride) + 1, stride, first);
}

const starts = (count, stride, before) => Array.from({ length: count }, (_, i) => i * stride - before);

/** A kernel [rows, columns, channels, filters] as [blocks, rows, columns, channels, BLOCK]. */
function inBlocks(kernel, filters) {
  const blocks = Math.ceil(filters / BLOCK);
  const length = kernel.length / filters;
  const packed = new Float32Array(blocks * length * BLOCK); // unused filters of the last block stay 0
  for (let i = 0; i < length; i++) {
    for (let filter = 0; filter < filters; filter++) {
      const block = Math.floor(filter / BLOCK);
      packed[(block * length + i) * BLOCK + (filter % BLOCK)] = kernel[i * filters + filter];
    }
  }
  return packed;
}
