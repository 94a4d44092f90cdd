// How much of what a channel brings comes to it from each channel that its layer reads: its weights
// times the changes below them, times its own slopes.
import { windows } from "../reader/layers.js";

/**
 * @param {Network} network of the page's reader
 * @param {number} place of a layer with weights in it
 * @param {number[]} chosen channels or units of that layer
 * @param slopes of what is said, by the layer's sums
 * @param changes of the numbers that it reads
 * @returns {Float64Array[]} for each of the chosen, what comes through it from each channel below
 */
export function flowsThrough({ layers, input, weights }, place, chosen, slopes, changes) {
  const layer = layers[place];
  const below = layers.slice(0, place).findLast(({ kind }) => kind !== "Flatten")?.shape ?? input;
  const flow = FLOWS[layer.kind]({ ...layer, below, kernel: weights.get(layer.name)[0] });
  return chosen.map((channel) => flow(channel, slopes, changes));
}

function convolution({ below, shape, size, stride, padding, kernel }) {
  const [height, width, channels] = below;
  const [rows, columns, filters] = shape;
  const [tall, wide] = size;
  const [down, right] = windows(below, { size, stride, padding });

  return (filter, slopes, changes) => {
    const found = new Float64Array(channels);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const slope = slopes[(row * columns + column) * filters + filter];
        if (slope !== 0) gather(found, slope, filter, changes, down[row], right[column]);
      }
    }
    return found;
  };

  function gather(found, slope, filter, changes, top, left) {
    for (let i = Math.max(0, -top); i < tall && top + i < height; i++) {
      for (let j = Math.max(0, -left); j < wide && left + j < width; j++) {
        const from = ((top + i) * width + left + j) * channels;
        let at = (i * wide + j) * channels * filters + filter;
        for (let c = 0; c < channels; c++, at += filters) {
          found[c] += slope * kernel[at] * changes[from + c];
        }
      }
    }
  }
}

function dense({ below, shape: [units], kernel }) {
  const channels = below.at(-1);
  return (unit, slopes, changes) => {
    const found = new Float64Array(channels);
    if (slopes[unit] === 0) return found;
    changes.forEach((change, i) => {
      found[i % channels] += slopes[unit] * kernel[i * units + unit] * change;
    });
    return found;
  };
}

const FLOWS = { Conv2D: convolution, Dense: dense };
