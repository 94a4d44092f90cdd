// Finds the fewest channels whose muting changes the answer.
import { silenced } from "../reader/network.js";
import { Contributions } from "./contributions.js";

const NONE = new Map();
const EXACT = 3; // channels: up to this size all sets are tried,
const MAX_SETS = 50_000; // if there are at most so many
const BEAM = 16; // width of the beam search for larger sets

/** The layers whose channels can be muted: convolutions, or else hidden dense layers. */
export function mutableLayers(layers) {
  const convolutions = layers.filter(({ kind }) => kind === "Conv2D");
  return convolutions.length ? convolutions : layers.slice(0, -1).filter(({ kind }) => kind === "Dense");
}

/**
 * A generator. It tries the single channels of every mutable layer, and sets of channels of the last.
 * Of 64 channels it misses no set of up to three; larger sets come from a beam search, and may not be
 * the smallest.
 * @param {Network} network with a mutable layer, whose last layer is dense, with softmax
 * @param {Uint8Array} image 28×28 pixels
 * @param {Map<string, Set<number>>} muted channels that are muted already
 * @returns {{channels: [string, number][], digit: number} | null} the channels to mute in addition,
 *   each with its layer, and the new answer; null: none were found
 */
export function* findFewestToMute(network, image, muted = NONE) {
  const reading = { image, layers: yield* network.reading(image, muted) };
  const search = new SetSearch(network, reading, muted);
  const channels =
    (yield* search.sets(1)) ??
    (yield* searchEarlierLayers(network, reading, muted)) ??
    (yield* search.largerSets()) ??
    (yield* search.beam());
  if (!channels) return null;
  const layers = yield* network.reading(image, together(muted, channels));
  return { channels, digit: digitOf(network, layers) };
}

/** One channel of an earlier mutable layer, [[layer, channel]]; the largest contributions are tried first. */
function* searchEarlierLayers(network, reading, muted) {
  const digit = digitOf(network, reading.layers);
  const account = yield* new Contributions(network, muted).accounting(reading, digit);
  for (const { name, shape } of mutableLayers(network.layers).slice(0, -1)) {
    const { values } = reading.layers.get(name);
    const { channels: contributions } = account.of(name);
    const largestFirst = [...contributions.keys()].toSorted((a, b) => contributions[b] - contributions[a]);
    for (const channel of largestFirst) {
      const left = silenced(values, shape.at(-1), [channel]);
      const layers = yield* network.following(name, left, muted);
      if (digitOf(network, layers) !== digit) return [[name, channel]];
    }
  }
  return null;
}

/** Searches sets of channels of the last mutable layer; computes only the dense layers for each. */
class SetSearch {
  #network;
  #muted;
  #digit;
  #layer; // the last mutable layer
  #dense; // the dense layer after it
  #sums; // of that dense layer
  #candidates; // {channel, brings}: its part of these sums; the most important channel first

  constructor(network, { layers }, muted) {
    this.#network = network;
    this.#muted = muted;
    this.#digit = digitOf(network, layers);
    this.#layer = mutableLayers(network.layers).at(-1);
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

  /** The part of each channel in each of the sums, given how much its numbers differ from muted ones. */
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

  /** The lead of the answer's logit over the next with these sums; below 0 the answer has changed. */
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

  /** A set of this size that changes the answer, [[layer, channel], …], or null; tries all sets. */
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

  *largerSets() {
    let sets = this.#candidates.length; // of one
    for (let size = 2; size <= EXACT; size++) {
      sets *= (this.#candidates.length - size + 1) / size;
      if (sets > MAX_SETS) return null;
      const found = yield* this.sets(size);
      if (found) return found;
    }
    return null;
  }

  /** A set of any size, by beam search: the sets that weaken the answer most grow by every other channel. */
  *beam() {
    let sets = [{ members: [], sums: this.#sums }];
    for (let size = 1; size <= this.#candidates.length; size++) {
      const next = new Map(); // a set may grow in any order
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
