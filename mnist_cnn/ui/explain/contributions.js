// What every channel of every layer brings to the lead of a digit; contributions.md derives it.
//
// The lead is the digit's logit less the mean of the others'. What it is in a picture without ink
// comes from the biases alone. All the rest comes from what the ink has changed: at every layer, the
// changes times their mean slopes add up to it exactly.
import { finished } from "../reader/slices.js";
import { readBy } from "./arithmetic.js";
import { flowsThrough } from "./flows.js";
import { Slopes } from "./slopes.js";

const NONE = new Map();

export class Contributions {
  /**
   * @param {Network} network of the page's reader, whose last layer is dense, with softmax
   * @param {Map<string, Set<number>>} muted with which it reads, also the picture without ink
   */
  constructor(network, muted = NONE) {
    this.network = network;
    this.slopes = new Slopes(network, muted);
    const image = new Uint8Array(network.input[0] * network.input[1]);
    this.blank = { image, layers: network.read(image, muted) };
  }

  /**
   * @param reading {image, layers}: a picture, and what `network.read` returned of it with these muted
   * @param {number} digit whose lead it is
   */
  to(reading, digit) {
    return finished(this.accounting(reading, digit));
  }

  /** The same as a generator, which rests every few milliseconds and returns it. */
  *accounting(reading, digit) {
    const { sums } = reading.layers.get(this.network.layers.at(-1).name);
    const slopes = yield* this.slopes.finding(this.blank, reading, countsOf(sums, digit));
    return new Account(this, reading, digit, slopes);
  }
}

/** The lead of a digit in what a network has read: its logit less the mean of the others'. */
export function leadOf({ network, layers }, digit) {
  const { sums } = layers.get(network.layers.at(-1).name);
  return dot(countsOf(sums, digit), sums);
}

/** How much each logit counts in the lead of a digit. */
const countsOf = (logits, digit) =>
  Float64Array.from(logits, (_, i) => (i === digit ? 1 : -1 / (logits.length - 1)));

/** Where the lead of a digit in one picture comes from; see `Contributions`. Its arrays are kept. */
class Account {
  #network;
  #blank;
  #reading;
  #slopes;
  #pixels = null;
  #layers = new Map();

  constructor({ network, blank }, reading, digit, slopes) {
    const { name } = network.layers.at(-1);
    const [now, before] = [reading, blank].map(({ layers }) => layers.get(name).sums);
    const counts = countsOf(now, digit);
    this.#network = network;
    this.#blank = blank;
    this.#reading = reading;
    this.#slopes = slopes;
    this.digit = digit;
    /** What was read, 0 is paper, 255 full ink. */
    this.image = reading.image;
    /** The digit's logit less the mean of the others'. */
    this.lead = dot(counts, now);
    /** The lead in a picture without ink. */
    this.biases = dot(counts, before);
  }

  /** What each pixel brings, Float64Array; they and the biases add up to the lead. */
  get pixels() {
    this.#pixels ??= this.#timesInk(this.#slopes.picture());
    return this.#pixels;
  }

  /**
   * What each pixel brings through one channel of a layer alone, Float64Array; they add up to what
   * the channel brings, and those of all its channels to `pixels`.
   */
  ink(name, channel) {
    return finished(this.inking(name, channel));
  }

  /** The same as a generator, which rests every few milliseconds and returns it. */
  *inking(name, channel) {
    return this.#timesInk(yield* this.#slopes.through(name, channel));
  }

  #timesInk(slopes) {
    return slopes.map((slope, i) => (slope * this.image[i]) / 255);
  }

  /**
   * What each channel of a layer brings, or each unit.
   * @param {string} name of a layer, but not of the last
   * @returns {{channels: Float64Array, off: number}} off: what all those bring that the ink has
   *   switched off; in channels they have 0. They, off and the biases add up to the lead
   */
  of(name) {
    if (!this.#layers.has(name)) this.#layers.set(name, this.#divided(name));
    return this.#layers.get(name);
  }

  #divided(name) {
    const { shape, values } = this.#reading.layers.get(name);
    const { values: before } = this.#blank.layers.get(name);
    const { values: slopes } = this.#slopes.layers.get(name);
    const channels = new Float64Array(shape.at(-1));
    const on = new Uint8Array(channels.length);
    for (let at = 0; at < values.length; ) {
      for (let channel = 0; channel < channels.length; channel++, at++) {
        channels[channel] += slopes[at] * (values[at] - before[at]);
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
   * Through which channels of the layer before they come.
   * @param {string} name of a layer with weights
   * @param {number[]} chosen channels or units of it; digits, of the last
   * @returns {Float64Array[]} for each of them, what each channel below brings through it: together
   *   what it brings itself. Through all of them together goes all that the channel below brings
   */
  into(name, chosen) {
    const place = this.#network.layers.findIndex((layer) => layer.name === name);
    const [now, before] = [this.#reading, this.#blank].map(
      ({ image, layers }) => readBy(this.#network, place, image, layers).values,
    );
    const changes = now.map((value, i) => value - before[i]);
    const { sums: slopes } = this.#slopes.layers.get(name);
    return flowsThrough(this.#network, place, chosen, slopes, changes);
  }
}

function dot(counts, numbers) {
  return counts.reduce((sum, count, i) => sum + count * numbers[i], 0);
}
