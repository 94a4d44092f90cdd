// When the window that runs over the drawing writes each cell: slowly where it first meets ink, so that its
// products can be read, then faster and faster.

const FIRST = 600; // milliseconds of the very first cell, which shows that paper makes 0
const PAPER = 700; // of all others before the first ink
const SLOW_CELLS = 10; // the first with ink in them
const SLOW = 540; // milliseconds of each of these
const REST = 3000; // of all others
const BEND = 1.5; // how these speed up: 1 is evenly
const READABLE = 300; // milliseconds: a cell that takes as long shows its products one by one

/** The moments, in milliseconds, at which each of `count` cells is done; the window meets ink at `ink` first. */
export function moments(count, ink) {
  let time = 0;
  const last = Math.min(count, ink + SLOW_CELLS);
  return Array.from({ length: count }, (_, cell) => {
    if (cell < last) return (time += cell >= ink ? SLOW : cell === 0 ? FIRST : PAPER / Math.max(1, ink - 1));
    return time + REST * ((cell + 1 - last) / (count - last)) ** (1 / BEND);
  });
}

export class Player {
  #frame = 0;

  /**
   * @param step called in every frame with the cell that is worked on and how much of it is done, 0 to 1
   * @param changed called when it begins to run, and when it stops
   */
  constructor(step, changed) {
    Object.assign(this, { step, changed });
  }

  get running() {
    return this.#frame !== 0;
  }

  /** Run from a cell on, as `ends`, see `moments`, says. */
  run(ends, from = 0) {
    this.stop();
    let began = null;
    const frame = (now) => {
      began ??= now - (from > 0 ? ends[from - 1] : 0);
      const elapsed = now - began;
      const cell = ends.findIndex((end) => end > elapsed);
      if (cell < 0) {
        this.step(ends.length - 1, 1);
        return this.stop();
      }
      const start = cell > 0 ? ends[cell - 1] : 0;
      const isReadable = ends[cell] - start >= READABLE;
      this.step(cell, isReadable ? (elapsed - start) / (ends[cell] - start) : 1);
      if (this.running) this.#frame = requestAnimationFrame(frame);
    };
    this.#frame = requestAnimationFrame(frame);
    this.changed();
  }

  stop() {
    if (!this.running) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.changed();
  }
}
