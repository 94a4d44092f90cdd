// The network's answers at the moments of the drawing: those given while it was drawn, and those read
// later for moments that were missed.
import { readInSlices } from "../../state/choice.js";
import { inSlices } from "../../reader/slices.js";
import { pause } from "../../reader/slices.js";
import { endsOf, lengthOf, marksAt } from "../pad/history.js";
import { Ink, inkMarks } from "../../reader/strokes.js";

const LATER_MOMENTS = 40; // moments read later at most, evenly over the drawing
const MOST_ENDS = 8; // of strokes, read besides: where there are more, they are close anyway
const CAPACITY = 512; // kept: more than the chart has columns

export class Samples {
  #reading = 0; // the number of the last search; an older one gives up
  #ink = new Ink();

  constructor() {
    this.all = new Map(); // moment: probabilities
    this.marks = []; // the last stroke may still grow
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
    this.#reading++;
    const changed = marks.findIndex((mark, i) => mark !== this.marks[i]);
    const same = lengthOf(changed < 0 ? marks : marks.slice(0, changed));
    for (const moment of this.all.keys()) if (moment > same) this.all.delete(moment);
    this.marks = marks;
  }

  /** Another network thinks from now on, or newer weights of it: forget what was thought. */
  forget() {
    this.#reading++;
    this.all.clear();
  }

  add(moment, probabilities) {
    this.all.set(moment, Array.from(probabilities)); // a view would keep the whole answer in memory
    if (this.all.size > CAPACITY) this.#thin((2 * this.length) / CAPACITY);
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

  /** Read the moments nobody was told of, one after the other; `found` is called after each. */
  async fill(found) {
    const search = ++this.#reading;
    for (const moment of this.#missing()) {
      inkMarks(this.#ink, marksAt(this.marks, moment));
      const answer = await inSlices(readInSlices(this.#ink), () => search === this.#reading);
      if (!answer) return; // the network is on its way
      if (!answer.empty) this.add(moment, answer.probabilities);
      found();
      await pause(0); // the pen comes first
      if (search !== this.#reading) return;
    }
  }

  #missing() {
    const { length } = this;
    const step = Math.max(1, length / LATER_MOMENTS);
    const ends = endsOf(this.marks);
    const wanted = new Set(ends.length > MOST_ENDS ? [length] : ends);
    for (let moment = 1; moment < length; moment += step) wanted.add(Math.round(moment));
    const known = [...this.all.keys()];
    const near = (moment) => known.some((other) => Math.abs(other - moment) < step);
    return [...wanted].filter((moment) => !near(moment)).toSorted((a, b) => a - b);
  }
}
