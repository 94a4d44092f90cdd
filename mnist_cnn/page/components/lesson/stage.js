// The stage on which a chapter shows its pictures, asked of the worker again for every drawing.
import { ABANDONED } from "../../worker/work.js";
import { text } from "../../locales/language.js";
import { latest } from "../../transport/retry.js";
import { experiment } from "./experiments.js";
import { sentenceOf } from "../../locales/refusals.js";

const DELAY = 350; // milliseconds the pen rests before a picture is asked for that takes computing
const WAITING_DELAY = 500; // milliseconds until a person is told that something is being computed

export class Stage {
  #pictures = [];
  #drawing = null;
  #closed = false;
  #then = null; // to be called when all pictures are drawn
  #ends = []; // to be called when it closes

  /**
   * @param element where the pictures go
   * @param chapter its name
   * @param defaults what can be set, and how it is at first
   * @param state how it is set
   * @param about {changed(state), trouble(sentence or null), select(layer, cell): look into a
   *   number, look(layer, cell): in the view of all layers, draw(name): something on the pad}
   */
  constructor(element, chapter, defaults, state, about) {
    Object.assign(this, { element, chapter, defaults, state: { ...defaults, ...state }, about });
    element.replaceChildren();
    element.classList.remove("waiting");
    element.dataset.wait = text("lessonWait");
  }

  /**
   * A picture of the chapter, asked for with every drawing and whenever something is set.
   * @param name as experiments/chapters has it
   * @param draw called with what is found
   * @param how fixed: what is set does not change it; patient: it takes computing, so it is asked for
   *   when the pen rests, and abandoned when it moves on; beside: a function whose promise is awaited, too:
   *   `draw` gets what it brings as second argument
   */
  picture(name, draw, how = {}) {
    const ask = latest(
      ({ state, drawing, signal }) =>
        Promise.all([
          experiment(
            "draw",
            { chapter: this.chapter, picture: name, state, drawing },
            { signal, progress: how.patient ? (share) => this.#tell(share) : undefined },
          ),
          how.beside?.(),
        ]),
      ([answer, beside]) => {
        this.#settle(picture);
        if (this.#closed || !this.#drawing) return;
        this.about.trouble(null);
        draw(answer, beside);
        picture.isDrawn = true;
        this.#tellShown();
      },
      (error) => {
        if (error.refused === ABANDONED) return;
        this.#settle(picture);
        if (!this.#closed) this.about.trouble(sentenceOf(error));
      },
    );
    const picture = { ask, how, timer: null, late: null, control: null, isDrawn: false };
    this.#pictures.push(picture);
  }

  /** A new drawing, or null: the pad is empty. */
  hear(drawing) {
    this.#drawing = drawing;
    for (const picture of this.#pictures) this.#want(picture);
  }

  /** Set something: {name: value}, values as they stand in the address. */
  set(changes) {
    if (this.#closed) return;
    this.state = { ...this.state, ...changes };
    this.about.changed(this.state);
    for (const picture of this.#pictures) if (!picture.how.fixed) this.#want(picture);
  }

  /** The drawing that questions are about. */
  get asked() {
    return this.#drawing;
  }

  /** Call `then` as soon as all pictures are drawn, once; not if the stage is closed before. */
  whenShown(then) {
    this.#then = then;
    this.#tellShown();
  }

  /**
   * Call `end` when this stage closes, once: another card's picture takes its place, the language is switched
   * or the view is left. A closed stage never opens again: whoever comes back gets a new one, for which the
   * card's `show` and `enter` are called anew, with what is set kept. So end in it what would go on without
   * the picture: timers, animations, observers, listeners on document or window, what the worker computes.
   */
  onClose(end) {
    this.#ends.push(end);
  }

  #tellShown() {
    if (!this.#pictures.every(({ isDrawn }) => isDrawn)) return;
    const then = this.#then;
    this.#then = null;
    then?.();
  }

  close() {
    this.#closed = true;
    this.#then = null;
    for (const picture of this.#pictures) {
      this.#abandon(picture);
      this.#settle(picture);
    }
    for (const end of this.#ends.splice(0)) end();
  }

  /** Say how much of a picture is computed, 0 to 1. */
  #tell(share) {
    this.element.style.setProperty("--share", share);
  }

  #abandon(picture) {
    clearTimeout(picture.timer);
    picture.control?.abort();
    picture.control = null;
  }

  #settle(picture) {
    clearTimeout(picture.late);
    picture.late = null;
    this.#tell(0);
    if (!this.#pictures.some(({ late }) => late)) this.element.classList.remove("waiting");
  }

  #want(picture) {
    const { patient } = picture.how;
    if (patient) this.#abandon(picture);
    const drawing = this.#drawing;
    if (!drawing) return this.#settle(picture);
    const ask = () => {
      picture.late ??= setTimeout(() => this.element.classList.add("waiting"), WAITING_DELAY);
      if (patient) picture.control = new AbortController();
      picture.ask({ state: this.state, drawing, signal: picture.control?.signal });
    };
    if (patient) picture.timer = setTimeout(ask, DELAY);
    else ask();
  }
}
