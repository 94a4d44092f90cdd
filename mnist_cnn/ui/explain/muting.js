// How few channels carry an answer: the fewest whose muting makes another of it.
import { silenced } from "../reader/network.js";
import { Contributions } from "./contributions.js";

const NONE = new Map();
const EXACT = 3; // up to so many channels, all sets are tried,
const SETS = 50_000; // where there are no more of them
const BEAM = 16; // sets of more that are followed

/** The layers whose channels can be muted: convolutions, or, where there are none, hidden dense layers. */
export function mutable(layers) {
  const convolutions = layers.filter(({ kind }) => kind === "Conv2D");
  return convolutions.length ? convolutions : layers.slice(0, -1).filter(({ kind }) => kind === "Dense");
}

/**
 * Looked for among the single channels of every layer that is `mutable`, and among sets of those of
 * the last. Of up to three of 64 none is missed; larger sets grow from those that leave the answer
 * least, and there may be smaller ones. It is a generator, which rests every few milliseconds: whoever
 * drives it decides when to go on.
 * @param {Network} network with such a layer, whose last layer is dense, with softmax
 * @param {Uint8Array} image 28×28 pixels
 * @param {Map<string, Set<number>>} muted which are muted already
 * @returns {{channels: [string, number][], digit: number} | null} what is to be muted besides, each
 *   channel with its layer, and the answer then; null: nothing was found
 */
export function* fewest(network, image, muted = NONE) {
  const reading = { image, layers: yield* network.reading(image, muted) };
  const search = new Search(network, reading, muted);
  const channels =
    (yield* search.sets(1)) ??
    (yield* earlier(network, reading, muted)) ??
    (yield* search.setsOfMore()) ??
    (yield* search.beam());
  if (!channels) return null;
  const layers = yield* network.reading(image, together(muted, channels));
  return { channels, digit: digitOf(network, layers) };
}

/** One channel of a layer before the last of them, [[layer, channel]]; what brings most comes first. */
function* earlier(network, reading, muted) {
  const digit = digitOf(network, reading.layers);
  const account = yield* new Contributions(network, muted).accounting(reading, digit);
  for (const { name, shape } of mutable(network.layers).slice(0, -1)) {
    const { values } = reading.layers.get(name);
    const { channels: brings } = account.of(name);
    for (const channel of [...brings.keys()].toSorted((a, b) => brings[b] - brings[a])) {
      const left = silenced(values, shape.at(-1), [channel]);
      const layers = yield* network.following(name, left, muted);
      if (digitOf(network, layers) !== digit) return [[name, channel]];
    }
  }
  return null;
}

/** Sets of channels of the last of them. Only what the dense layers make of the rest is computed. */
class Search {
  #network;
  #muted;
  #digit;
  #layer; // the last that is mutable
  #dense; // the layer that adds up what its channels say
  #sums; // of that layer
  #candidates; // {channel, brings}: what it brings to these sums; what leaves least first

  constructor(network, { layers }, muted) {
    this.#network = network;
    this.#muted = muted;
    this.#digit = digitOf(network, layers);
    this.#layer = mutable(network.layers).at(-1);
    const first = network.passes.findIndex(({ name }) => name === this.#layer.name);
    const place = network.passes.findIndex(({ kind }, i) => i > first && kind === "Dense");
    this.#dense = network.passes[place];
    this.#sums = layers.get(this.#dense.name).sums;
    const name = network.layers[place - 1].name;
    const silent = new Float32Array(layers.get(this.#layer.name).values.length);
    const without = network.after(this.#layer.name, silent, muted).get(name)?.values ?? silent;
    this.#candidates = this.#brought(minus(layers.get(name).values, without))
      .map((brings, channel) => ({ channel, brings }))
      .filter(({ brings }) => brings.some((part) => part !== 0))
      .map((one) => ({ ...one, ahead: this.#ahead(minus(this.#sums, one.brings)) }))
      .toSorted((a, b) => a.ahead - b.ahead);
  }

  /** What each channel brings to each of the sums, when its numbers are larger by so much than muted. */
  #brought(more) {
    const { name, shape: [units] } = this.#dense;
    const [kernel] = this.#network.weights.get(name);
    const channels = this.#layer.shape.at(-1);
    const found = Array.from({ length: channels }, () => new Float64Array(units));
    more.forEach((value, i) => {
      const own = found[i % channels];
      for (let unit = 0; unit < units; unit++) own[unit] += value * kernel[i * units + unit];
    });
    const silent = this.#muted.get(name) ?? [];
    return found.map((brings) => silenced(brings, units, silent));
  }

  /** By how much the answer's logit leads the next with such sums; below 0 it is no longer the answer. */
  #ahead(sums) {
    const { name, activate } = this.#dense;
    const last = this.#network.layers.at(-1).name;
    const logits =
      name === last
        ? sums
        : this.#network.after(name, activate(sums), this.#muted).get(last).sums;
    let next = -Infinity;
    for (let i = 0; i < logits.length; i++) {
      if (i !== this.#digit && logits[i] > next) next = logits[i];
    }
    return logits[this.#digit] - next;
  }

  /** One of all sets of so many that change the answer, [[layer, channel], …], or null. */
  *sets(size, from = 0, sums = this.#sums) {
    for (let i = from; i <= this.#candidates.length - size; i++) {
      const { channel, brings } = this.#candidates[i];
      const left = minus(sums, brings);
      if (size === 1 && this.#ahead(left) >= 0) continue;
      const more = size === 1 ? [] : yield* this.sets(size - 1, i + 1, left);
      if (more) return [[this.#layer.name, channel], ...more];
    }
    yield;
    return null;
  }

  *setsOfMore() {
    let sets = this.#candidates.length; // of one
    for (let size = 2; size <= EXACT; size++) {
      sets *= (this.#candidates.length - size + 1) / size;
      if (sets > SETS) return null;
      const found = yield* this.sets(size);
      if (found) return found;
    }
    return null;
  }

  /** A set of any size: from each of those that leave the answer least, on with every other channel. */
  *beam() {
    let sets = [{ members: [], sums: this.#sums }];
    for (let size = 1; size <= this.#candidates.length; size++) {
      const next = new Map(); // of a set it does not matter in which order it has grown
      for (const set of sets) {
        for (const one of this.#grown(set)) next.set(one.members.toSorted().join(), one);
        yield;
      }
      sets = [...next.values()].toSorted((a, b) => a.ahead - b.ahead).slice(0, BEAM);
      if (sets[0].ahead < 0) return sets[0].members.map((channel) => [this.#layer.name, channel]);
    }
    return null;
  }

  #grown({ members, sums }) {
    return this.#candidates
      .filter(({ channel }) => !members.includes(channel))
      .map(({ channel, brings }) => {
        const left = minus(sums, brings);
        return { members: [...members, channel], sums: left, ahead: this.#ahead(left) };
      });
  }
}

function digitOf(network, layers) {
  const { values } = layers.get(network.layers.at(-1).name);
  return values.indexOf(Math.max(...values));
}

const minus = (sums, brings) => sums.map((sum, i) => sum - brings[i]);

function together(muted, places) {
  const all = new Map(muted);
  for (const [layer, channel] of places) all.set(layer, new Set(all.get(layer)).add(channel));
  return all;
}
