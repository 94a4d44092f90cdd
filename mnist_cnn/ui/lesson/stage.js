// Where a chapter shows its pictures: it asks the server for them anew with every drawing.
import { text } from "../locales/language.js";
import { latest, question } from "../transport/question.js";
import { sentenceOf } from "./refusals.js";

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
   * @param name as mnist_cnn/lesson/chapters has it
   * @param draw called with what the server answers
   * @param how fixed: what is set does not change it; patient: it is asked for when the pen rests
   */
  picture(name, draw, how = {}) {
    const ask = latest(
      ({ state, drawing }) =>
        question("lessons/picture", { chapter: this.chapter, picture: name, ...state }, drawing),
      (answer) => {
        this.#settle(picture);
        if (this.#closed || !this.#drawing) return;
        this.about.trouble(null);
        draw(answer);
      },
      (error) => {
        this.#settle(picture);
        if (!this.#closed) this.about.trouble(sentenceOf(error));
      },
    );
    const picture = { ask, how, timer: null, late: null };
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
    for (const { timer, late } of this.#pictures) {
      clearTimeout(timer);
      clearTimeout(late);
    }
  }

  #settle(picture) {
    clearTimeout(picture.late);
    picture.late = null;
    if (!this.#pictures.some(({ late }) => late)) this.element.classList.remove("waiting");
  }

  #want(picture) {
    clearTimeout(picture.timer);
    const drawing = this.#drawing;
    if (!drawing) return;
    const ask = () => {
      picture.late ??= setTimeout(() => this.element.classList.add("waiting"), LATE);
      picture.ask({ state: this.state, drawing });
    };
    if (picture.how.patient) picture.timer = setTimeout(ask, REST);
    else ask();
  }
}
