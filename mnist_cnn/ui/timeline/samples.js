// What the network thought at each moment of the drawing: what was answered while it was drawn, and
// what is asked later for the moments that were missed.
import { boundsOf } from "../pad/drawing.js";
import { endsOf, lengthOf, marksAt } from "../pad/history.js";
import { Ink } from "../pad/surface.js";
import { ask } from "../transport/transport.js";

const MOMENTS = 40; // asked for at most, beside the ends of strokes

export class Samples {
  #asking = 0; // the number of the last search; an older one gives up
  #ink = null;

  constructor() {
    this.all = new Map(); // moment: probabilities
    this.marks = [];
  }

  get length() {
    return lengthOf(this.marks);
  }

  /** Moments and probabilities in the order of time. */
  get sorted() {
    return [...this.all].sort(([a], [b]) => a - b); // eslint-disable-line unicorn/no-array-sort
  }

  /** The drawing is `marks` now; what was thought of more than that is forgotten. */
  forget(marks) {
    this.#asking++;
    this.marks = marks;
    for (const moment of this.all.keys()) if (moment > this.length) this.all.delete(moment);
  }

  /** An answer came to the drawing as it was at a moment. */
  add(moment, probabilities, marks) {
    if (moment > this.length) this.marks = marks; // the pen has gone on
    this.all.set(moment, probabilities);
  }

  /** Ask for the moments nobody was told of, one after the other; `found` is called after each. */
  async fill(found) {
    const search = ++this.#asking;
    this.#ink ??= new Ink();
    for (const moment of this.#missing()) {
      const marks = marksAt(this.marks, moment);
      const box = boundsOf(marks);
      if (!box) continue;
      this.#ink.repaint(marks);
      const answer = await ask({ ...this.#ink.frame(box), layers: [] }).catch(() => null);
      if (!answer || search !== this.#asking) return; // the pad says when the server is away
      if (!answer.empty) this.all.set(moment, answer.probabilities);
      found();
    }
  }

  #missing() {
    const { length } = this;
    const step = Math.max(1, length / MOMENTS);
    const wanted = new Set(endsOf(this.marks));
    for (let moment = 1; moment <= length; moment += step) wanted.add(Math.round(moment));
    const known = [...this.all.keys()];
    const near = (moment) => known.some((other) => Math.abs(other - moment) < step);
    return [...wanted].filter((moment) => moment <= length && !near(moment));
  }
}
