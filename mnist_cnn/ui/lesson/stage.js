// Where a chapter shows its pictures: it asks the worker for them anew with every drawing.
import { ABANDONED } from "../background/background.js";
import { text } from "../locales/language.js";
import { latest } from "../transport/question.js";
import { experiment, sentenceOf } from "./experiments.js";

const REST = 350; // milliseconds the pen rests before a picture is asked for that takes computing
const LATE = 500; // milliseconds until a person is told that something is being computed

export class Stage {
  #pictures = [];
  #drawing = null;
  #closed = false;

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
   *   when the pen rests, and abandoned when it moves on
   */
  picture(name, draw, how = {}) {
    const ask = latest(
      ({ state, drawing, signal }) =>
        experiment(
          "draw",
          { chapter: this.chapter, picture: name, state, drawing },
          { signal, progress: how.patient ? (share) => this.#tell(share) : undefined },
        ),
      (answer) => {
        this.#settle(picture);
        if (this.#closed || !this.#drawing) return;
        this.about.trouble(null);
        draw(answer);
      },
      (error) => {
        if (error.refused === ABANDONED) return;
        this.#settle(picture);
        if (!this.#closed) this.about.trouble(sentenceOf(error));
      },
    );
    const picture = { ask, how, timer: null, late: null, control: null };
    this.#pictures.push(picture);
  }

  /** A new drawing, or null: the pad is empty. */
  hear(drawing) {
    this.#drawing = drawing;
    for (const picture of this.#pictures) this.#want(picture);
  }

  /** Set something: {name: value}, values as they stand in the address. */
  set(changes) {
    this.state = { ...this.state, ...changes };
    this.about.changed(this.state);
    for (const picture of this.#pictures) if (!picture.how.fixed) this.#want(picture);
  }

  /** The drawing that questions are about. */
  get asked() {
    return this.#drawing;
  }

  close() {
    this.#closed = true;
    for (const picture of this.#pictures) {
      this.#abandon(picture);
      this.#settle(picture);
    }
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
      picture.late ??= setTimeout(() => this.element.classList.add("waiting"), LATE);
      if (patient) picture.control = new AbortController();
      picture.ask({ state: this.state, drawing, signal: picture.control?.signal });
    };
    if (patient) picture.timer = setTimeout(ask, REST);
    else ask();
  }
}
