// What the river shows of one answer: the channels in the slots, what they bring, and what flows
// between them. It knows no page.
import { accountOf } from "../../explain/contributions.js";
import { largestOf } from "../../painting/atlas.js";
import { IMAGE } from "../../state/layers.js";
import { Cast } from "./cast.js";
import { ribbonsBetween } from "./painting/ribbons.js";

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

export class Scene {
  #edition; // of the drawing whose channels are in the slots
  #digit = null; // whose lead it is about

  /**
   * @param columns from columnsOf
   * @param {number} count slots in a column
   * @param {(layer: string, channel: number) => boolean} isMuted
   */
  constructor(columns, count, isMuted) {
    this.columns = columns;
    this.casts = columns.map(
      ({ layer }) => layer && new Cast(count, (channel) => isMuted(layer.name, channel)),
    );
  }

  /** Whether it shows an answer. */
  get isSet() {
    return this.#edition !== undefined;
  }

  /** The channels in each column's slots. The picture has one slot. */
  get slots() {
    return this.casts.map((cast) => cast?.slots ?? [0]);
  }

  /**
   * @param answer see reader/reading.js
   * @param {number} digit whose lead is told
   * @param {number} edition of the drawing
   * @param {boolean} moving whether the pen is down
   * @param {number} now milliseconds
   */
  follow(answer, digit, edition, moving, now) {
    this.account = accountOf(answer, digit);
    this.layers = answer.layers;
    this.brought = this.columns.map(({ layer }) => layer && this.account.of(layer.name).channels);
    const another = edition !== this.#edition || digit !== this.#digit;
    this.#edition = edition;
    this.#digit = digit;
    this.casts.forEach((cast, i) => {
      if (!cast) return;
      if (another && !moving) cast.begin(this.brought[i]);
      else if (moving) cast.follow(this.brought[i], now);
      else cast.settle(this.brought[i]);
    });
    this.gaps = this.#gaps(answer.network.layers.at(-1).name);
  }

  #gaps(last) {
    const stops = this.slots.map((slots, i) => ({ name: this.columns[i].layer?.name ?? null, slots }));
    stops.push({ name: last, slots: DIGITS });
    return stops.slice(1).map((to, i) => ribbonsBetween(this.account, stops[i], to));
  }

  /**
   * What has the last of the colours in each channel of a layer.
   * @returns {(name, values, channels: number) => (channel: number) => number}
   */
  scales(perChannel) {
    const known = new Map();
    return (name, values, channels) => {
      if (!known.has(name)) known.set(name, largestOf(values, channels));
      const largest = known.get(name);
      if (perChannel) return (channel) => largest[channel];
      const most = largest.reduce((m, value) => Math.max(m, value), 0);
      return () => most;
    };
  }

  /** What lies on the way through one tile: all that feeds it, and all that it feeds. */
  path({ column, slot }) {
    const sets = this.columns.map(() => new Set());
    sets[column].add(slot);
    for (let i = column; i > 0; i--) {
      sets[i - 1] = strongest(this.gaps[i - 1], sets[i], "to", "from");
    }
    for (let i = column; i < this.columns.length - 1; i++) {
      sets[i + 1] = strongest(this.gaps[i], sets[i], "from", "to");
    }
    const isIn = (at, one) => !sets[at] || sets[at].has(one);
    return {
      tile: isIn,
      ribbon: (gap, { from, to }) => isIn(gap, from) && isIn(gap + 1, to),
    };
  }

  /** What belongs to some layers, named as in a card of the lesson: their tiles, and what flows into them. */
  spotlight(layers) {
    const last = this.layers && [...this.layers.keys()].at(-1);
    const isLit = ({ layer }) => layers.includes(layer?.name ?? IMAGE);
    const arrives = (gap) => (gap + 1 in this.columns ? isLit(this.columns[gap + 1]) : layers.includes(last));
    return {
      tile: (at) => isLit(this.columns[at]),
      twin: (at) => layers.includes(this.columns[at].twin.name),
      ribbon: (gap) => arrives(gap),
    };
  }
}

const LEAST_SHARE = 0.12; // of the strongest ribbon at a tile: what is weaker does not feed it to speak of

/** Where the ribbons lead that matter for some slots. */
function strongest(ribbons, slots, here, there) {
  const found = new Set();
  for (const slot of slots) {
    const own = ribbons.filter((ribbon) => ribbon[here] === slot);
    const most = own.reduce((m, { value }) => Math.max(m, Math.abs(value)), 0);
    for (const ribbon of own) {
      if (most > 0 && Math.abs(ribbon.value) >= LEAST_SHARE * most) found.add(ribbon[there]);
    }
  }
  return found;
}
