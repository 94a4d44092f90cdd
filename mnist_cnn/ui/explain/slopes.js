// How much each number of a network moves what it says, on the way from one picture to another:
// backpropagation, layer by layer to the picture, with the mean slope of each layer on that way.
//
// A ReLU has the slope 0 or 1, and the largest of a window is one number or another; between two
// pictures they may change. Taken as the mean over a straight way, slopes times changes add up
// exactly to the change of what the network says, at every layer (the rescale rule of Shrikumar,
// Greenside and Kundaje, Learning Important Features Through Propagating Activation Differences,
// 2017). Between a picture and itself they are the gradient.
import { windows } from "../reader/layers.js";
import { silenced } from "../reader/network.js";

const NONE = new Map();
const WINDOW = { size: [1, 1], stride: [1, 1], padding: "valid" };

export class Slopes {
  /**
   * @param {Network} network of the page's reader
   * @param {Map<string, Set<number>>} muted with which it reads; nothing comes through these channels
   */
  constructor(network, muted = NONE) {
    let before = network.input;
    this.layers = network.layers.map((layer) => {
      const arrays = network.weights.get(layer.name) ?? [];
      const back = BACK[layer.kind]({ ...WINDOW, ...layer, before, arrays });
      before = layer.shape;
      return {
        name: layer.name,
        channels: layer.shape.at(-1),
        back,
        rectified: layer.activation === "relu",
        muted: muted.get(layer.name),
      };
    });
  }

  /**
   * @param from one reading: {image, layers}, the picture and what `network.read` returned of it
   * @param to another
   * @param {Float64Array} wanted how much each logit counts
   * @returns {{layers: Map<string, {sums, values: Float64Array}>, picture: () => Float64Array,
   *   through: (name: string, channel: number) => Float64Array}} the mean slopes of that sum of
   *   logits, of every layer by its sums and by what its activation made of them; what finds them by
   *   each pixel of 0 to 1; and the same on the ways that go through one channel of a layer alone
   */
  between(from, to, wanted) {
    const way = [from, to];
    const layers = new Map();
    let below = () => wanted; // of the softmax nothing is asked: its sums are the logits
    for (let i = this.layers.length - 1; i >= 0; i--) {
      const values = below();
      const sums = this.#bySums(i, values, way);
      layers.set(this.layers[i].name, { sums, values });
      below = () => this.#byInput(i, sums, way);
    }
    const through = (name, channel) => {
      const place = this.layers.findIndex((layer) => layer.name === name);
      let slopes = only(layers.get(name).values, this.layers[place].channels, channel);
      for (let i = place; i >= 0; i--) slopes = this.#byInput(i, this.#bySums(i, slopes, way), way);
      return slopes;
    };
    return { layers, picture: below, through };
  }

  /** From the slopes by what a layer's activation made to those by its sums. */
  #bySums(place, values, way) {
    const { name, channels, rectified, muted } = this.layers[place];
    const [start, end] = way.map(({ layers }) => layers.get(name).sums);
    const sums = rectified ? throughRelu(values, start, end) : values;
    return muted ? silenced(sums, channels, muted) : sums;
  }

  /** From the slopes by a layer's sums to those by what it read. */
  #byInput(place, sums, way) {
    const before = this.layers[place - 1]?.name;
    const read = way.map(({ image, layers }) => layers.get(before)?.values ?? image);
    return this.layers[place].back(sums, ...read);
  }
}

/** The slopes of one of so many channels; all others are 0. */
function only(slopes, count, channel) {
  const found = new Float64Array(slopes.length);
  for (let at = channel; at < found.length; at += count) found[at] = slopes[at];
  return found;
}

/** Of a ReLU: the share of the way on which it is on. */
function throughRelu(slopes, from, to) {
  const found = new Float64Array(slopes.length);
  for (let i = 0; i < slopes.length; i++) {
    if (slopes[i] === 0) continue; // three of four below a pooling
    const low = Math.min(from[i], to[i]);
    const high = Math.max(from[i], to[i]);
    if (high > 0) found[i] = low >= 0 ? slopes[i] : (slopes[i] * high) / (high - low);
  }
  return found;
}

/** Every number moves all windows that it is in. */
function convolution({ before, shape, size, stride, padding, arrays: [kernel] }) {
  const [height, width, channels] = before;
  const [rows, columns, filters] = shape;
  const [tall, wide] = size;
  const down = windows(height, tall, stride[0], padding);
  const right = windows(width, wide, stride[1], padding);
  const weights = filtersFirst(kernel, channels, filters);

  return (slopes) => {
    const found = new Float64Array(height * width * channels);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let filter = 0; filter < filters; filter++, at++) {
          if (slopes[at] !== 0) scatter(found, slopes[at], filter, down[row], right[column]);
        }
      }
    }
    return found;
  };

  function scatter(found, slope, filter, top, left) {
    for (let i = Math.max(0, -top); i < tall && top + i < height; i++) {
      for (let j = Math.max(0, -left); j < wide && left + j < width; j++) {
        const to = ((top + i) * width + left + j) * channels;
        const from = ((i * wide + j) * filters + filter) * channels;
        for (let c = 0; c < channels; c++) found[to + c] += slope * weights[from + c];
      }
    }
  }
}

/** A kernel [rows, columns, channels, filters] as [rows, columns, filters, channels]. */
function filtersFirst(kernel, channels, filters) {
  const found = new Float64Array(kernel.length);
  for (let at = 0, place = 0; at < kernel.length; place += channels * filters) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++, at++) {
        found[place + filter * channels + channel] = kernel[at];
      }
    }
  }
  return found;
}

/** The largest of a window is moved by the number that has it: from half of the way, maybe another. */
const maxPooling = (layer) =>
  pooling(layer, (found, slope, corners, channel, from, to) => {
    const first = largest(corners, channel, from);
    const last = largest(corners, channel, to);
    if (first === last) return (found[first] += slope);
    const ahead = from[first] - from[last];
    const behind = to[last] - to[first];
    const share = ahead / (ahead + behind); // of the way, until they are equal
    found[first] += slope * share;
    found[last] += slope * (1 - share);
  });

/** The place of the largest number of a window; of equals, the first. */
function largest(corners, channel, values) {
  let winner = corners[0] + channel;
  for (let i = 1; i < corners.length; i++) {
    const cell = corners[i] + channel;
    if (values[cell] > values[winner]) winner = cell;
  }
  return winner;
}

/** The mean of a window is moved by each number alike. */
const averagePooling = (layer) =>
  pooling(layer, (found, slope, corners, channel) => {
    for (const corner of corners) found[corner + channel] += slope / corners.length;
  });

function pooling({ before, size, stride, padding }, share) {
  const [height, width, channels] = before;
  const down = windows(height, size[0], stride[0], padding);
  const right = windows(width, size[1], stride[1], padding);

  return (slopes, from, to) => {
    const found = new Float64Array(height * width * channels);
    let at = 0;
    for (const top of down) {
      for (const left of right) {
        const corners = cornersOf(top, left);
        for (let channel = 0; channel < channels; channel++, at++) {
          if (slopes[at] !== 0) share(found, slopes[at], corners, channel, from, to);
        }
      }
    }
    return found;
  };

  /** Where the numbers of the first channel in a window lie. */
  function cornersOf(top, left) {
    const corners = [];
    for (let y = Math.max(0, top); y < Math.min(height, top + size[0]); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, left + size[1]); x++) {
        corners.push((y * width + x) * channels);
      }
    }
    return corners;
  }
}

const flatten = () => (slopes) => slopes;

function dense({ shape: [units], arrays: [kernel] }) {
  return (slopes) => {
    const found = new Float64Array(kernel.length / units);
    const on = [...slopes.keys()].filter((unit) => slopes[unit] !== 0);
    for (let i = 0; i < found.length; i++) {
      for (const unit of on) found[i] += slopes[unit] * kernel[i * units + unit];
    }
    return found;
  };
}

const BACK = {
  Conv2D: convolution,
  MaxPooling2D: maxPooling,
  AveragePooling2D: averagePooling,
  Flatten: flatten,
  Dense: dense,
};
