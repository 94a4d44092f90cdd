// How the contribution of a channel divides among the channels that its layer reads: weights times
// changes of the input times gradients of the channel's sums.
import { windows } from "../reader/layers.js";

/**
 * @param {Network} network
 * @param {number} place of a layer with weights
 * @param {number[]} chosen channels or units of that layer
 * @param {Float64Array} gradients with respect to the layer's sums
 * @param changes of the layer's input
 * @returns {Float64Array[]} for each of the chosen, what comes through it from each channel before
 */
export function flowsThrough({ layers, input, weights }, place, chosen, gradients, changes) {
  const layer = layers[place];
  const below = layers.slice(0, place).findLast(({ kind }) => kind !== "Flatten")?.shape ?? input;
  const flow = FLOWS[layer.kind]({ ...layer, below, kernel: weights.get(layer.name)[0] });
  return chosen.map((channel) => flow(channel, gradients, changes));
}

function convolution({ below, shape, size, stride, padding, kernel }) {
  const [height, width, channels] = below;
  const [rows, columns, filters] = shape;
  const [tall, wide] = size;
  const [down, right] = windows(below, { size, stride, padding });

  return (filter, gradients, changes) => {
    const found = new Float64Array(channels);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const gradient = gradients[(row * columns + column) * filters + filter];
        if (gradient !== 0) gather(found, gradient, filter, changes, down[row], right[column]);
      }
    }
    return found;
  };

  function gather(found, gradient, filter, changes, top, left) {
    for (let i = Math.max(0, -top); i < tall && top + i < height; i++) {
      for (let j = Math.max(0, -left); j < wide && left + j < width; j++) {
        const from = ((top + i) * width + left + j) * channels;
        let at = (i * wide + j) * channels * filters + filter;
        for (let c = 0; c < channels; c++, at += filters) {
          found[c] += gradient * kernel[at] * changes[from + c];
        }
      }
    }
  }
}

function dense({ below, shape: [units], kernel }) {
  const channels = below.at(-1);
  return (unit, gradients, changes) => {
    const found = new Float64Array(channels);
    if (gradients[unit] === 0) return found;
    changes.forEach((change, i) => {
      found[i % channels] += gradients[unit] * kernel[i * units + unit] * change;
    });
    return found;
  };
}

const FLOWS = { Conv2D: convolution, Dense: dense };
