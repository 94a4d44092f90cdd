// What the network thought at each moment of the drawing: what was answered while it was drawn, and
// what is asked later for the moments that were missed.
import { boundsOf } from "../pad/drawing.js";
import { endsOf, lengthOf, marksAt } from "../pad/history.js";
import { Ink } from "../pad/surface.js";
import { ask } from "../transport/transport.js";

const SPREAD = 40; // moments asked for at most, evenly over the drawing
const ENDS = 8; // of strokes, asked for besides: where there are more, they are close anyway
const MOST = 512; // kept: more than the chart has columns

export class Samples {
  #asking = 0; // the number of the last search; an older one gives up
  #ink = null;

  constructor() {
    this.all = new Map(); // moment: probabilities
    this.marks = []; // the last stroke may still grow
    this.network = ""; // the reference of the one that thinks
  }

  get length() {
    return lengthOf(this.marks);
  }

  /** Moments and probabilities in the order of time. */
  get sorted() {
    return [...this.all].toSorted(([a], [b]) => a - b);
  }

  /** The probabilities at a moment, or the last ones known before; undefined when none are. */
  at(moment) {
    const { sorted } = this;
    return (sorted.findLast(([other]) => other <= moment) ?? sorted[0])?.[1];
  }

  /** The drawing is `marks` now: keep what was thought of the part that is still the same. */
  follow(marks) {
    this.#asking++;
    const changed = marks.findIndex((mark, i) => mark !== this.marks[i]);
    const same = lengthOf(changed < 0 ? marks : marks.slice(0, changed));
    for (const moment of this.all.keys()) if (moment > same) this.all.delete(moment);
    this.marks = marks;
  }

  /** Another network thinks from now on, or newer weights of it: forget what was thought. */
  forget(network) {
    this.#asking++;
    this.network = network;
    this.all.clear();
  }

  add(moment, probabilities) {
    this.all.set(moment, Array.from(probabilities)); // a view would keep the whole answer in memory
    if (this.all.size > MOST) this.#thin((2 * this.length) / MOST);
  }

  /** Keep moments that are `step` apart, and the last one. */
  #thin(step) {
    const moments = this.sorted.map(([moment]) => moment);
    let kept = -Infinity;
    for (const moment of moments.slice(0, -1)) {
      if (moment - kept < step) this.all.delete(moment);
      else kept = moment;
    }
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
      const frame = { ...this.#ink.frame(box), layers: [], network: this.network };
      const answer = await ask(frame).catch(() => null);
      if (!answer || search !== this.#asking) return; // the pad says when the server is away
      if (!answer.empty) this.add(moment, answer.probabilities);
      found();
    }
  }

  #missing() {
    const { length } = this;
    const step = Math.max(1, length / SPREAD);
    const ends = endsOf(this.marks);
    const wanted = new Set(ends.length > ENDS ? [length] : ends);
    for (let moment = 1; moment < length; moment += step) wanted.add(Math.round(moment));
    const known = [...this.all.keys()];
    const near = (moment) => known.some((other) => Math.abs(other - moment) < step);
    return [...wanted].filter((moment) => !near(moment)).toSorted((a, b) => a - b);
  }
}
