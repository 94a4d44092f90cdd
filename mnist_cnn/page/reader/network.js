// A network, read from its file (format: mnist_cnn/network/network_file.py), and its forward pass.
import { isNonnegative } from "./activations.js";
import * as layers from "./layers.js";
import { unpack } from "./packed.js";
import { finished } from "./slices.js";

const WINDOW = { size: [1, 1], stride: [1, 1], padding: "valid" };
const NONE = new Map();
const WEIGHTED = ["Conv2D", "Dense", "BatchNormalization"]; // their sums may be negative

export class Network {
  /**
   * `layers` are {name, kind, shape, …} as in the file; `weights` maps their names to [kernel, bias] or
   * [scale, shift]; `about` is what else the file says; `file` is the file itself.
   * @param {ArrayBuffer} file
   * @param parts {head, arrays}: the parsed head of the file, and an iterator of its Float32Arrays
   */
  constructor(file, { head, arrays } = parse(file)) {
    this.file = file;
    this.about = head.about;
    this.layers = head.layers;
    this.input = head.input;
    this.weights = new Map();
    let before = head.input;
    let signed = false; // whether numbers may be below 0
    this.passes = head.layers.map((layer) => {
      const own = layer.arrays.map(() => arrays.next().value);
      if (own.length) this.weights.set(layer.name, own);
      const sumUp = layers[layer.kind]({ ...WINDOW, ...layer, before, arrays: own });
      before = layer.shape;
      signed = !isNonnegative(layer.activation) && (signed || WEIGHTED.includes(layer.kind));
      return { ...layer, signed, sumUp, activate: layers.activate(layer) };
    });
  }

  /**
   * The forward pass.
   * @param {Uint8Array} picture 28×28 pixels, 0 is paper, 255 full ink
   * @param {Map<string, Set<number>>} muted channels, or units, by layer, except the last: their sums
   *   and values are set to 0
   * @returns {Map<string, {name, shape, signed, sums, values: Float32Array}>} by layer name, in the
   *   order data flows: sums before the activation, values after it; signed: values may be below 0
   */
  read(picture, muted = NONE) {
    return finished(this.reading(picture, muted));
  }

  /** `read` as a generator. */
  reading(picture, muted = NONE) {
    return this.#pass(0, Float32Array.from(picture, (pixel) => pixel / 255), muted);
  }

  /** The forward pass through the layers after one with these values; without a name, through all. */
  after(name, values, muted = NONE) {
    return finished(this.following(name, values, muted));
  }

  /** `after` as a generator. */
  following(name, values, muted = NONE) {
    const place = this.layers.findIndex((layer) => layer.name === name);
    return this.#pass(place + 1, values, muted);
  }

  *#pass(first, input, muted) {
    let values = input;
    const read = new Map();
    for (let i = first; i < this.passes.length; i++) {
      const { name, shape, signed, sumUp, activate } = this.passes[i];
      const found = sumUp(values);
      const all = found.next ? yield* found : found;
      const without = (numbers) =>
        muted.has(name) ? silenced(numbers, shape.at(-1), muted.get(name)) : numbers;
      const sums = without(all);
      values = without(activate(sums)); // again: sigmoid(0) is 0.5
      read.set(name, { name, shape, signed, sums, values });
      yield;
    }
    return read;
  }
}

/** A copy of numbers, channels last, with some of their `count` channels set to 0. */
export function silenced(numbers, count, channels) {
  const found = numbers.slice();
  for (const channel of channels) {
    for (let at = channel; at < found.length; at += count) found[at] = 0;
  }
  return found;
}

/** {head, arrays}: the head of a network file, and an iterator of its arrays. */
function parse(file) {
  const { head, at } = unpack(file);
  return { head, arrays: arraysOf(head, file, at) };
}

function* arraysOf(head, file, from) {
  let at = from;
  for (const { arrays, bits } of head.layers) {
    for (const shape of arrays) {
      const count = shape.reduce((product, side) => product * side, 1);
      const packed = bits && shape.length > 1;
      yield packed ? unpacked(file, at, count, shape.at(-1), bits) : floats(file, at, count);
      at += packed ? 4 * (shape.at(-1) + Math.ceil((count * bits) / 32)) : 4 * count;
    }
  }
}

const floats = (file, at, count) => new Float32Array(file, at, count); // browsers are little-endian

/** A kernel quantized to 4 or 8 bits, with a scale for each output channel. */
function unpacked(file, at, count, outputs, bits) {
  const scales = floats(file, at, outputs);
  const bytes = new Uint8Array(file, at + 4 * outputs);
  const most = 2 ** (bits - 1) - 1;
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const level = bits === 8 ? bytes[i] : (bytes[i >> 1] >> (4 * (i & 1))) & 15;
    numbers[i] = (level - most) * scales[i % outputs];
  }
  return numbers;
}
