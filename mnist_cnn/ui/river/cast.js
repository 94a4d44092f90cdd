// Which channels of a layer are shown large: those that matter most for the answer now.
//
// Slots are sticky, or nobody could look at one while drawing: who is in stays in its place until
// somebody else has brought a third more for a while.

const LEAD = 4 / 3; // times what the weakest brings
const PATIENCE = 300; // milliseconds

export class Cast {
  #leading = null; // {channel, since}: who would come in

  /** @param {number} size slots */
  constructor(size) {
    this.size = size;
    /** The channel in each slot, or null. */
    this.slots = Array(size).fill(null);
  }

  /** The most important ones, the most important first: another drawing begins. */
  begin(contributions) {
    this.#leading = null;
    this.slots = this.#best(contributions);
  }

  /** The pen rests: who belongs in comes in, where somebody goes; all others keep their places. */
  settle(contributions) {
    this.#leading = null;
    const best = this.#best(contributions);
    const coming = best.filter((channel) => channel !== null && !this.slots.includes(channel));
    this.slots = this.slots.map((channel) => (best.includes(channel) && channel !== null ? channel : (coming.shift() ?? null)));
  }

  /**
   * The pen moves.
   * @param contributions of every channel
   * @param {number} now milliseconds
   */
  follow(contributions, now) {
    const size = (channel) => (channel === null ? 0 : Math.abs(contributions[channel]));
    const weakest = this.slots.reduce((w, channel, i, all) => (size(channel) < size(all[w]) ? i : w), 0);
    const candidate = this.#best(contributions).find((channel) => !this.slots.includes(channel)) ?? null;
    if (candidate === null || size(candidate) <= LEAD * size(this.slots[weakest])) {
      this.#leading = null;
    } else if (size(this.slots[weakest]) === 0) {
      this.slots = this.slots.with(weakest, candidate); // nobody is missed
    } else if (this.#leading?.channel !== candidate) {
      this.#leading = { channel: candidate, since: now };
    } else if (now - this.#leading.since >= PATIENCE) {
      this.slots = this.slots.with(weakest, candidate);
      this.#leading = null;
    }
  }

  /** As many as there are slots, the largest first; null where too few bring anything. */
  #best(contributions) {
    const order = [...contributions.keys()]
      .filter((channel) => contributions[channel] !== 0)
      .toSorted((a, b) => Math.abs(contributions[b]) - Math.abs(contributions[a]));
    return Array.from({ length: this.size }, (_, i) => order[i] ?? null);
  }
}
