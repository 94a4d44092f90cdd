// When each slot began to show another channel, for the new one to fade in.

export class Fading {
  #shown = [];
  #since = [];

  /** slots: the channels of every column now. */
  follow(slots, now) {
    slots.forEach((channels, column) => {
      const shown = this.#shown[column];
      const since = (this.#since[column] ??= []);
      channels.forEach((channel, slot) => {
        if (shown && shown[slot] !== channel && shown[slot] !== undefined) since[slot] = now;
      });
      this.#shown[column] = [...channels];
    });
  }

  /** Nothing has changed: it is laid out anew. */
  forget() {
    this.#shown = [];
    this.#since = [];
  }

  /** How far every slot of a column has faded in, from 0 to 1. */
  of(column, now, duration) {
    return this.#shown[column].map((_, slot) => {
      const since = this.#since[column]?.[slot];
      return since === undefined ? 1 : Math.min(1, (now - since) / duration);
    });
  }

  /** Whether something is still fading in. */
  isGoing(now, duration) {
    return this.#since.some((column) => column?.some((since) => now - since < duration));
  }
}
