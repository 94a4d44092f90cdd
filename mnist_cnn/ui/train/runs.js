// The runs of this session and the networks it has brought along, as the page knows them.
import { text } from "../locales/language.js";
import { Following } from "./following.js";
import { History } from "./history.js";
import { choicesName } from "./status.js";

const OVER = ["done", "stopped", "failed"];

export const isOver = (run) => OVER.includes(run.state);

export class Runs {
  #changed;
  #trouble;
  #gone;
  #followed = new Map(); // id: Following
  #uploads = [];
  #all = new Map(); // id: run, with its history
  #chosen = null; // id

  /**
   * @param changed called whenever there is something new to show
   * @param actions {trouble, gone}: see Following; called with the error of a run that is forgotten
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

  /** What the server says of a run by now. */
  describe(run) {
    Object.assign(this.#all.get(run.id) ?? {}, run);
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
        title: () => text("runNumber", { number: i + 1, recipe: choicesName(run.options) }),
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
    this.#followed.set(run.id, new Following(run, this.#changed, (error) => this.#fail(run, error)));
  }

  #fail(run, error) {
    if (error?.key === "run gone") {
      this.#all.delete(run.id);
      this.#gone(error);
      this.#changed();
    } else if (run.id === this.#chosen) this.#trouble(error);
  }
}
