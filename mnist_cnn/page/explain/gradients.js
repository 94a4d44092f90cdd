// Mean gradients of the logits between two pictures: backpropagation from the logits, layer by layer,
// to the picture.
//
// The gradient of a ReLU is 0 or 1, that of a tanh anything between, and max pooling passes it to one
// number of its window; between two pictures each of these may change. With the mean over the straight
// line between a layer's two inputs, gradients times changes add up exactly to the change of the
// logits, at every layer (the rescale rule of Shrikumar, Greenside and Kundaje, Learning Important
// Features Through Propagating Activation Differences, 2017). Between a picture and itself the mean
// gradient is the gradient.
import { activationOf } from "../reader/activations.js";
import { windows } from "../reader/layers.js";
import { silenced } from "../reader/network.js";
import { finished } from "../reader/slices.js";

const NONE = new Map();
const WINDOW = { size: [1, 1], stride: [1, 1], padding: "valid" };
const SAME = 1e-6; // sums closer than this are equal: their difference is mostly rounding error

export class Gradients {
  /**
   * @param {Network} network
   * @param {Map<string, Set<number>>} muted channels, through which no gradient passes
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
   * The mean gradients of Σ wanted × logit.
   * @param from a reading, {image, layers}: the picture and what `network.read` returned for it
   * @param to another reading
   * @param {Float64Array} wanted the weight of each logit
   * @returns {{layers: Map<string, {sums, values: Float64Array}>, picture: () => Float64Array,
   *   through: (name: string, channel: number) => Generator}} layers: with respect to the sums of each
   *   layer, and to its values after the activation; picture: with respect to the pixels, 0 to 1;
   *   through: the same, but only what passes through one channel of a layer; a generator
   */
  between(from, to, wanted) {
    return finished(this.finding(from, to, wanted));
  }

  /** `between` as a generator. */
  *finding(from, to, wanted) {
    const ends = [from, to];
    const layers = new Map();
    let values = wanted; // the sums of the last layer are the logits: softmax is left out
    for (let i = this.layers.length - 1; ; i--) {
      const sums = this.#bySums(i, values, ends);
      layers.set(this.layers[i].name, { sums, values });
      if (i === 0) break;
      values = yield* this.#byInput(i, sums, ends);
    }
    const picture = () => finished(this.#byInput(0, layers.get(this.layers[0].name).sums, ends));
    const through = (name, channel) => {
      const place = this.layers.findIndex((layer) => layer.name === name);
      const own = only(layers.get(name).values, this.layers[place].channels, channel);
      return this.#down(place, own, ends);
    };
    return { layers, picture, through };
  }

  /** From the gradients with respect to a layer's values to those with respect to the picture. */
  *#down(place, values, ends) {
    let gradients = values;
    for (let i = place; i >= 0; i--) gradients = yield* this.#byInput(i, this.#bySums(i, gradients, ends), ends);
    return gradients;
  }

  /** From the gradients with respect to a layer's values to those with respect to its sums. */
  #bySums(place, values, ends) {
    const { name, channels, activation, muted } = this.layers[place];
    const sums = activation(values, ...ends.map(({ layers }) => layers.get(name).sums));
    return muted ? silenced(sums, channels, muted) : sums;
  }

  /** From the gradients with respect to a layer's sums to those of its input; a generator. */
  *#byInput(place, sums, ends) {
    const before = this.layers[place - 1]?.name;
    const read = ends.map(({ image, layers }) => layers.get(before)?.values ?? image);
    const found = this.layers[place].back(sums, ...read);
    return found.next ? yield* found : found;
  }
}

/** The gradients of one of `count` channels; all others are 0. */
function only(gradients, count, channel) {
  const found = new Float64Array(gradients.length);
  for (let at = channel; at < found.length; at += count) found[at] = gradients[at];
  return found;
}

/** The backward pass of a layer's activation: a function of the gradients and both sums. */
function backThrough(layer) {
  const { activation } = layer;
  if (activation === "relu") return throughRelu;
  if (!activation || activation === "linear" || activation === "softmax") return (gradients) => gradients;
  const { of, derivative } = activationOf(layer);
  const mean = (from, to) =>
    Math.abs(to - from) < SAME ? derivative((from + to) / 2) : (of(to) - of(from)) / (to - from);
  return (gradients, from, to) =>
    Float64Array.from(gradients, (above, i) => (above === 0 ? 0 : above * mean(from[i], to[i])));
}

/** The mean derivative of a ReLU is the share of the line on which it is on. */
function throughRelu(gradients, from, to) {
  const found = new Float64Array(gradients.length);
  for (let i = 0; i < gradients.length; i++) {
    if (gradients[i] === 0) continue; // three of four before max pooling
    const low = Math.min(from[i], to[i]);
    const high = Math.max(from[i], to[i]);
    if (high > 0) found[i] = low >= 0 ? gradients[i] : (gradients[i] * high) / (high - low);
  }
  return found;
}

/** Each input gets a gradient from every window it is in. */
function convolution({ before, shape, size, stride, padding, arrays: [kernel] }) {
  const [height, width, channels] = before;
  const [rows, columns, filters] = shape;
  const [tall, wide] = size;
  const [down, right] = windows(before, { size, stride, padding });
  const weights = filtersFirst(kernel, channels, filters);

  return function* (gradients) {
    const found = new Float64Array(height * width * channels);
    for (let row = 0; row < rows; row++) {
      scatterRow(found, gradients, row);
      yield;
    }
    return found;
  };

  function scatterRow(found, gradients, row) {
    let at = row * columns * filters;
    for (let column = 0; column < columns; column++) {
      for (let filter = 0; filter < filters; filter++, at++) {
        if (gradients[at] !== 0) scatter(found, gradients[at], filter, down[row], right[column]);
      }
    }
  }

  function scatter(found, gradient, filter, top, left) {
    for (let i = Math.max(0, -top); i < tall && top + i < height; i++) {
      for (let j = Math.max(0, -left); j < wide && left + j < width; j++) {
        const to = ((top + i) * width + left + j) * channels;
        const from = ((i * wide + j) * filters + filter) * channels;
        for (let c = 0; c < channels; c++) found[to + c] += gradient * weights[from + c];
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

/** The largest number of a window gets the gradient; where another becomes the largest, both share it. */
const maxPooling = (layer) =>
  pooling(layer, (found, gradient, corners, channel, from, to) => {
    const first = largest(corners, channel, from);
    const last = largest(corners, channel, to);
    if (first === last) return (found[first] += gradient);
    const ahead = from[first] - from[last];
    const behind = to[last] - to[first];
    const share = ahead / (ahead + behind); // of the line, until they are equal
    found[first] += gradient * share;
    found[last] += gradient * (1 - share);
  });

/** The index of the largest number of a window; of equal ones, the first. */
function largest(corners, channel, values) {
  let winner = corners[0] + channel;
  for (let i = 1; i < corners.length; i++) {
    const cell = corners[i] + channel;
    if (values[cell] > values[winner]) winner = cell;
  }
  return winner;
}

/** Every number of a window gets the same part. */
const averagePooling = (layer) =>
  pooling(layer, (found, gradient, corners, channel) => {
    for (const corner of corners) found[corner + channel] += gradient / corners.length;
  });

function pooling({ before, size, stride, padding }, share) {
  const [height, width, channels] = before;
  const [down, right] = windows(before, { size, stride, padding });

  return (gradients, from, to) => {
    const found = new Float64Array(height * width * channels);
    let at = 0;
    for (const top of down) {
      for (const left of right) {
        const corners = cornersOf(top, left);
        for (let channel = 0; channel < channels; channel++, at++) {
          if (gradients[at] !== 0) share(found, gradients[at], corners, channel, from, to);
        }
      }
    }
    return found;
  };

  /** The indices of the first channel of each place in a window. */
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

const flatten = () => (gradients) => gradients;

const normalization = ({ arrays: [scale] }) => (gradients) =>
  gradients.map((gradient, i) => gradient * scale[i % scale.length]);

function dense({ shape: [units], arrays: [kernel] }) {
  return (gradients) => {
    const found = new Float64Array(kernel.length / units);
    const on = [...gradients.keys()].filter((unit) => gradients[unit] !== 0);
    for (let i = 0; i < found.length; i++) {
      for (const unit of on) found[i] += gradients[unit] * kernel[i * units + unit];
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
