// How much each number of a network moves what it says, on the way from one picture to another:
// backpropagation, layer by layer to the picture, with the mean slope of each layer on that way.
//
// A ReLU has the slope 0 or 1, a tanh any between them, and the largest of a window is one number or another; between two
// pictures they may change. Taken as the mean over a straight way, slopes times changes add up
// exactly to the change of what the network says, at every layer (the rescale rule of Shrikumar,
// Greenside and Kundaje, Learning Important Features Through Propagating Activation Differences,
// 2017). Between a picture and itself they are the gradient.
import { activationOf } from "../reader/activations.js";
import { windows } from "../reader/layers.js";
import { silenced } from "../reader/network.js";
import { finished } from "../reader/slices.js";

const NONE = new Map();
const WINDOW = { size: [1, 1], stride: [1, 1], padding: "valid" };
const SAME = 1e-6; // two sums as near as this are one: their difference says nothing of the slope

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
        activation: backThrough(layer),
        muted: muted.get(layer.name),
      };
    });
  }

  /**
   * @param from one reading: {image, layers}, the picture and what `network.read` returned of it
   * @param to another
   * @param {Float64Array} wanted how much each logit counts
   * @returns {{layers: Map<string, {sums, values: Float64Array}>, picture: () => Float64Array,
   *   through: (name: string, channel: number) => Generator}} the mean slopes of that sum of
   *   logits, of every layer by its sums and by what its activation made of them; what finds them by
   *   each pixel of 0 to 1; and what finds the same on the ways that go through one channel of a layer
   *   alone: a generator, which rests every few milliseconds and returns it
   */
  between(from, to, wanted) {
    return finished(this.finding(from, to, wanted));
  }

  /** The same as a generator, which rests every few milliseconds and returns it. */
  *finding(from, to, wanted) {
    const way = [from, to];
    const layers = new Map();
    let values = wanted; // of the softmax nothing is asked: its sums are the logits
    for (let i = this.layers.length - 1; ; i--) {
      const sums = this.#bySums(i, values, way);
      layers.set(this.layers[i].name, { sums, values });
      if (i === 0) break;
      values = yield* this.#byInput(i, sums, way);
    }
    const picture = () => finished(this.#byInput(0, layers.get(this.layers[0].name).sums, way));
    const through = (name, channel) => {
      const place = this.layers.findIndex((layer) => layer.name === name);
      const own = only(layers.get(name).values, this.layers[place].channels, channel);
      return this.#down(place, own, way);
    };
    return { layers, picture, through };
  }

  /** From the slopes by what a layer's activation made to those by the picture. */
  *#down(place, values, way) {
    let slopes = values;
    for (let i = place; i >= 0; i--) slopes = yield* this.#byInput(i, this.#bySums(i, slopes, way), way);
    return slopes;
  }

  /** From the slopes by what a layer's activation made to those by its sums. */
  #bySums(place, values, way) {
    const { name, channels, activation, muted } = this.layers[place];
    const sums = activation(values, ...way.map(({ layers }) => layers.get(name).sums));
    return muted ? silenced(sums, channels, muted) : sums;
  }

  /** From the slopes by a layer's sums to those by what it read; it rests every few milliseconds. */
  *#byInput(place, sums, way) {
    const before = this.layers[place - 1]?.name;
    const read = way.map(({ image, layers }) => layers.get(before)?.values ?? image);
    const found = this.layers[place].back(sums, ...read);
    return found.next ? yield* found : found;
  }
}

/** The slopes of one of so many channels; all others are 0. */
function only(slopes, count, channel) {
  const found = new Float64Array(slopes.length);
  for (let at = channel; at < found.length; at += count) found[at] = slopes[at];
  return found;
}

/** What takes slopes back through a layer's activation: slopes by what it made to those by its sums. */
function backThrough(layer) {
  const { activation } = layer;
  if (activation === "relu") return throughRelu;
  if (!activation || activation === "linear" || activation === "softmax") return (slopes) => slopes;
  const { of, slope } = activationOf(layer);
  const mean = (from, to) =>
    Math.abs(to - from) < SAME ? slope((from + to) / 2) : (of(to) - of(from)) / (to - from);
  return (slopes, from, to) =>
    Float64Array.from(slopes, (above, i) => (above === 0 ? 0 : above * mean(from[i], to[i])));
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
  const [down, right] = windows(before, { size, stride, padding });
  const weights = filtersFirst(kernel, channels, filters);

  return function* (slopes) {
    const found = new Float64Array(height * width * channels);
    for (let row = 0; row < rows; row++) {
      scatterRow(found, slopes, row);
      yield;
    }
    return found;
  };

  function scatterRow(found, slopes, row) {
    let at = row * columns * filters;
    for (let column = 0; column < columns; column++) {
      for (let filter = 0; filter < filters; filter++, at++) {
        if (slopes[at] !== 0) scatter(found, slopes[at], filter, down[row], right[column]);
      }
    }
  }

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
  const [down, right] = windows(before, { size, stride, padding });

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

const normalization = ({ arrays: [scale] }) => (slopes) =>
  slopes.map((slope, i) => slope * scale[i % scale.length]);

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
  BatchNormalization: normalization,
};
