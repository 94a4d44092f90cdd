// The channels of a layer that are shown large: those that matter most for the answer.
//
// They keep their slots, or one could not watch them while drawing: a channel gives way only when another
// has contributed a third more for a while.

const NECESSARY_LEAD = 4 / 3; // times what the weakest brings
const SWITCH_DELAY = 300; // milliseconds

export class Cast {
  #leading = null; // {channel, since}: who would come in

  /**
   * @param {number} size slots
   * @param {(channel: number) => boolean} isKept whether it stays in its slot whatever it brings, as
   *   what is muted must, to be switched on again
   */
  constructor(size, isKept = () => false) {
    Object.assign(this, { size, isKept });
    /** The channel in each slot, or null. */
    this.slots = Array(size).fill(null);
  }

  /** The most important ones, the most important first: another drawing begins. */
  begin(contributions) {
    this.#leading = null;
    const coming = this.#best(contributions).filter((channel) => !this.#keeps(channel));
    this.slots = this.slots.map((channel) => (this.#keeps(channel) ? channel : next(coming)));
  }

  /** The pen rests: who belongs in comes in, where somebody goes; all others keep their places. */
  settle(contributions) {
    this.#leading = null;
    const best = this.#best(contributions);
    const coming = best.filter((channel) => !this.slots.includes(channel));
    const stays = (channel) => best.includes(channel) || this.#keeps(channel);
    this.slots = this.slots.map((channel) => (stays(channel) ? channel : next(coming)));
  }

  /**
   * The pen moves.
   * @param contributions of every channel
   * @param {number} now milliseconds
   */
  follow(contributions, now) {
    const size = (channel) => Math.abs(contributions[channel]);
    const sizes = this.slots.map((channel) => {
      if (channel === null) return 0;
      return this.isKept(channel) ? Infinity : size(channel);
    });
    const weakest = sizes.indexOf(Math.min(...sizes));
    const candidate = this.#best(contributions).find((channel) => !this.slots.includes(channel));
    if (candidate === undefined || size(candidate) <= NECESSARY_LEAD * sizes[weakest]) {
      this.#leading = null;
    } else if (sizes[weakest] === 0) {
      this.slots = this.slots.with(weakest, candidate); // nobody is missed
    } else if (this.#leading?.channel !== candidate) {
      this.#leading = { channel: candidate, since: now };
    } else if (now - this.#leading.since >= SWITCH_DELAY) {
      this.slots = this.slots.with(weakest, candidate);
      this.#leading = null;
    }
  }

  #keeps = (channel) => channel !== null && this.slots.includes(channel) && this.isKept(channel);

  /** Those that bring most, the largest first, as many as there are slots. */
  #best(contributions) {
    return [...contributions.keys()]
      .filter((channel) => contributions[channel] !== 0)
      .toSorted((a, b) => Math.abs(contributions[b]) - Math.abs(contributions[a]))
      .slice(0, this.size);
  }
}

const next = (channels) => channels.shift() ?? null;
