// The layers of a convolutional network: each kind is made once, from what the network file says of
// the layer, and is then a function from the activations before it to its sums, of which its
// activation makes its own.
//
// Numbers lie as in Keras: row by row, column by column, channel by channel. A layer knows the shape
// it reads (before), the shape it gives (shape), both as [rows, columns, channels] or [units], and
// its arrays: a kernel and a bias.

const BLOCK = 8; // output channels that are summed up together: what a processor keeps at hand

/** A window of weights over all channels below, slid over rows and columns. */
export function Conv2D({ before, shape, size, stride, padding, arrays }) {
  const [, , channels] = before;
  const [rows, columns, filters] = shape;
  const [kernel, bias] = arrays;
  const packed = inBlocks(kernel, filters);
  const down = windows(before[0], size[0], stride[0], padding);
  const right = windows(before[1], size[1], stride[1], padding);

  return (input) => {
    const output = new Float32Array(rows * columns * filters);
    const sums = new Float64Array(BLOCK);
    for (let block = 0; block < filters; block += BLOCK) {
      const weights = packed.subarray((block * kernel.length) / filters);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          sumUp(sums, input, weights, before, size, down[row], right[column]);
          const at = (row * columns + column) * filters + block;
          const count = Math.min(BLOCK, filters - block);
          for (let f = 0; f < count; f++) output[at + f] = sums[f] + bias[block + f];
        }
      }
    }
    return output;
  };

  /** The weighted sums of one window, for one block of output channels. */
  function sumUp(sums, input, weights, [height, width], [tall, wide], top, left) {
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    for (let i = Math.max(0, -top); i < tall && top + i < height; i++) {
      for (let j = Math.max(0, -left); j < wide && left + j < width; j++) {
        let k = (i * wide + j) * channels * BLOCK;
        const from = ((top + i) * width + left + j) * channels;
        for (let at = from; at < from + channels; at++, k += BLOCK) {
          const value = input[at];
          if (value === 0) continue; // more than half of what comes from a ReLU
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

/** Windows in which numbers are taken up one after the other, from `first` on. */
function pooling({ before, shape, size, stride, padding }, first, takeUp, finish = (value) => value) {
  const [height, width, channels] = before;
  const [rows, columns] = shape;
  const down = windows(height, size[0], stride[0], padding);
  const right = windows(width, size[1], stride[1], padding);

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

/** The same numbers in one row. */
export const Flatten = () => (input) => input;

/** Every unit weighs all numbers below. */
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

/** What is below 0 becomes 0. */
export function relu(sums) {
  const values = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) values[i] = Math.max(0, sums[i]);
  return values;
}

/** exp of each, divided by their sum. */
export function softmax(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most)); // none is too large for a number
  const sum = powers.reduce((total, power) => total + power, 0);
  return Float32Array.from(powers, (power) => power / sum);
}

/** Where each window along a side begins, as TensorFlow has it; below 0: outside. */
export function windows(side, size, stride, padding) {
  const same = padding === "same"; // as many as fit when the rim is filled up with nothing
  const count = same ? Math.ceil(side / stride) : Math.floor((side - size) / stride) + 1;
  const missing = same ? Math.max(0, (count - 1) * stride + size - side) : 0;
  return Array.from({ length: count }, (_, i) => i * stride - Math.floor(missing / 2));
}

/** A kernel [rows, columns, channels, filters] as [blocks, rows, columns, channels, BLOCK]. */
function inBlocks(kernel, filters) {
  const blocks = Math.ceil(filters / BLOCK);
  const length = kernel.length / filters;
  const packed = new Float32Array(blocks * length * BLOCK); // of a last block, some stay 0
  for (let i = 0; i < length; i++) {
    for (let filter = 0; filter < filters; filter++) {
      const block = Math.floor(filter / BLOCK);
      packed[(block * length + i) * BLOCK + (filter % BLOCK)] = kernel[i * filters + filter];
    }
  }
  return packed;
}
