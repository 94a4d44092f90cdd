// What every channel of every layer contributes to the lead of a digit; derived in contributions.md.
//
// The lead is the digit's logit minus the mean of the others. Part of it, the lead in a picture
// without ink, comes from the biases alone. The rest comes from what the ink changes: at every layer,
// the changes times their mean gradients add up to it exactly.
import { finished } from "../reader/slices.js";
import { readBy } from "./arithmetic.js";
import { flowsThrough } from "./flows.js";
import { Gradients } from "./gradients.js";

const NONE = new Map();

const contributions = new WeakMap(); // Network: WeakMap(muted: Contributions)
const accounts = new WeakMap(); // answer: Map(digit: Account)

/**
 * Where the lead of a digit in an answer comes from. It is computed once, however many ask.
 * @param answer what reader/reading.js has read, not empty
 * @param {number} digit whose lead it is
 * @returns {Account}
 */
export const accountOf = (answer, digit) => finished(accounting(answer, digit));

/** `accountOf` as a generator. */
export function* accounting(answer, digit = answer.digit) {
  const own = cached(accounts, answer, () => new Map());
  if (!own.has(digit)) own.set(digit, yield* contributionsOf(answer).accounting(answer, digit));
  return own.get(digit);
}

function contributionsOf({ network, muted }) {
  const own = cached(contributions, network, () => new WeakMap());
  return cached(own, muted, () => new Contributions(network, muted));
}

function cached(cache, key, make) {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key);
}

/** The lead of a digit in what a network has read: its logit minus the mean of the others. */
export function leadOf({ network, layers }, digit) {
  const { sums } = layers.get(network.layers.at(-1).name);
  return dot(leadWeights(sums, digit), sums);
}

/** The weight of each logit in the lead of a digit. */
const leadWeights = (logits, digit) =>
  Float64Array.from(logits, (_, i) => (i === digit ? 1 : -1 / (logits.length - 1)));

function dot(weights, numbers) {
  return weights.reduce((sum, weight, i) => sum + weight * numbers[i], 0);
}

export class Contributions {
  /**
   * @param {Network} network whose last layer is dense, with softmax
   * @param {Map<string, Set<number>>} muted channels, also muted in the picture without ink
   */
  constructor(network, muted = NONE) {
    this.network = network;
    this.gradients = new Gradients(network, muted);
    const image = new Uint8Array(network.input[0] * network.input[1]);
    this.blank = { image, layers: network.read(image, muted) };
  }

  /**
   * @param reading {image, layers}: a picture, and what `network.read` returned for it with the same
   *   channels muted
   * @param {number} digit whose lead it is
   * @returns {Account}
   */
  to(reading, digit) {
    return finished(this.accounting(reading, digit));
  }

  /** `to` as a generator. */
  *accounting(reading, digit) {
    const { sums } = reading.layers.get(this.network.layers.at(-1).name);
    const gradients = yield* this.gradients.finding(this.blank, reading, leadWeights(sums, digit));
    return new Account(this, reading, digit, gradients);
  }
}

/** Where the lead of a digit in one picture comes from. Its arrays are cached: do not change them. */
class Account {
  #network;
  #blank;
  #reading;
  #gradients;
  #pixels = null;
  #layers = new Map();

  constructor({ network, blank }, reading, digit, gradients) {
    const { name } = network.layers.at(-1);
    const [now, before] = [reading, blank].map(({ layers }) => layers.get(name).sums);
    const weights = leadWeights(now, digit);
    this.#network = network;
    this.#blank = blank;
    this.#reading = reading;
    this.#gradients = gradients;
    this.digit = digit;
    /** The picture that was read, 0 is paper, 255 full ink. */
    this.image = reading.image;
    /** The digit's logit minus the mean of the others. */
    this.lead = dot(weights, now);
    /** The lead in a picture without ink. */
    this.biases = dot(weights, before);
  }

  /** What each pixel contributes, Float64Array; with the biases it adds up to the lead. */
  get pixels() {
    this.#pixels ??= this.#timesInk(this.#gradients.picture());
    return this.#pixels;
  }

  /**
   * What each pixel contributes through one channel of a layer, Float64Array. Its sum is the
   * channel's contribution; added over all channels of the layer, it is `pixels`.
   */
  ink(name, channel) {
    return finished(this.inking(name, channel));
  }

  /** `ink` as a generator. */
  *inking(name, channel) {
    return this.#timesInk(yield* this.#gradients.through(name, channel));
  }

  #timesInk(gradients) {
    return gradients.map((gradient, i) => (gradient * this.image[i]) / 255);
  }

  /**
   * What each channel, or unit, of a layer contributes.
   * @param {string} name of a layer, except the last
   * @returns {{channels: Float64Array, off: number}} off: the sum over all channels that are switched
   *   off completely, which are 0 in `channels`. Channels, off and biases add up to the lead
   */
  of(name) {
    if (!this.#layers.has(name)) this.#layers.set(name, this.#divided(name));
    return this.#layers.get(name);
  }

  #divided(name) {
    const { shape, values } = this.#reading.layers.get(name);
    const { values: before } = this.#blank.layers.get(name);
    const { values: gradients } = this.#gradients.layers.get(name);
    const channels = new Float64Array(shape.at(-1));
    const on = new Uint8Array(channels.length);
    for (let at = 0; at < values.length; ) {
      for (let channel = 0; channel < channels.length; channel++, at++) {
        channels[channel] += gradients[at] * (values[at] - before[at]);
        if (values[at] !== 0) on[channel] = 1;
      }
    }
    let off = 0;
    for (let channel = 0; channel < channels.length; channel++) {
      if (on[channel]) continue;
      off += channels[channel];
      channels[channel] = 0;
    }
    return { channels, off };
  }

  /**
   * How channels of a layer get their contributions from the channels of the layer before.
   * @param {string} name of a layer with weights
   * @param {number[]} chosen channels or units of it; of the last layer, digits
   * @returns {Float64Array[]} for each of them, what comes through it from each channel before; its
   *   sum is the chosen channel's own contribution
   */
  into(name, chosen) {
    const place = this.#network.layers.findIndex((layer) => layer.name === name);
    const [now, before] = [this.#reading, this.#blank].map(
      ({ image, layers }) => readBy(this.#network, place, image, layers).values,
    );
    const changes = now.map((value, i) => value - before[i]);
    const { sums: gradients } = this.#gradients.layers.get(name);
    return flowsThrough(this.#network, place, chosen, gradients, changes);
  }
}
