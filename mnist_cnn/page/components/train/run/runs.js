// The runs of this session, and the networks opened from files.
import { text } from "../../../locales/language.js";
import { followRun } from "../../../state/news.js";
import { History } from "./history.js";
import { recipeName } from "../fields.js";

const FINAL_STATES = ["done", "stopped", "failed"];

export const isOver = (run) => FINAL_STATES.includes(run.state);

export class Runs {
  #changed;
  #trouble;
  #gone;
  #followed = new Set(); // ids
  #uploads = [];
  #all = new Map(); // id: run, with its history
  #chosen = null; // id

  /**
   * @param changed called whenever there is something new to show
   * @param actions {trouble, gone}: see followRun; called with the error of a run that is forgotten
   */
  constructor(changed, { trouble, gone }) {
    this.#changed = changed;
    this.#trouble = trouble;
    this.#gone = gone;
  }

  /** The run that is shown, with its history, or null. */
  get chosen() {
    return this.#all.get(this.#chosen) ?? null;
  }

  get count() {
    return this.#all.size;
  }

  /** Those the server still has, after the page was loaded anew. */
  adopt({ runs, uploads }) {
    this.#uploads = uploads;
    for (const run of runs) this.#take(run);
    const shown = runs.find((run) => !isOver(run)) ?? runs.at(-1);
    if (shown) this.choose(shown.id);
  }

  /** A run that was just started. */
  add(run) {
    this.#take(run);
    this.choose(run.id);
  }

  /** A network that was just brought along. */
  bring(upload) {
    this.#uploads.push(upload);
    this.#changed();
  }

  /** What the server said of a run; news of it may have come before this answer. */
  describe(run) {
    const known = this.#all.get(run.id);
    if (known && run.sequence >= known.sequence) Object.assign(known, run);
    this.#changed();
  }

  choose(id) {
    this.#chosen = id;
    this.#follow(this.#all.get(id));
    this.#changed();
  }

  /** The rows of the comparison: the shipped network, runs, files. */
  rows({ shipped }) {
    return [
      { reference: "", title: () => text("shipped"), ...shipped, usable: true },
      ...[...this.#all.values()].map((run, i) => ({
        reference: run.id,
        title: () => text("runNumber", { number: i + 1, recipe: recipeName(run.options.recipe) }),
        card: run.result,
        usable: isOver(run) && run.step !== null,
        run,
      })),
      ...this.#uploads.map((upload) => ({
        reference: upload.id,
        title: () => upload.name,
        card: upload.card ?? null,
        layers: upload.layers,
        usable: true,
        upload,
      })),
    ];
  }

  #take(run) {
    this.#all.set(run.id, { ...run, history: new History() });
    if (!isOver(run)) this.#follow(this.#all.get(run.id));
  }

  #follow(run) {
    if (this.#followed.has(run.id)) return;
    this.#followed.add(run.id);
    const changed = () => {
      if (run.id === this.#chosen) this.#trouble(null);
      this.#changed();
    };
    followRun(run, changed, (error) => this.#fail(run, error));
  }

  #fail(run, error) {
    if (error?.refused === "run gone") {
      this.#all.delete(run.id);
      this.#gone(error);
      this.#changed();
    } else if (run.id === this.#chosen) this.#trouble(error);
  }
}
