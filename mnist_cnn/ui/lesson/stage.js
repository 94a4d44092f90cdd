// Where a chapter shows its pictures: it asks the server for them anew with every drawing.
import { text } from "../locales/language.js";
import { Ink } from "../pad/surface.js";
import { PAD_SIZE } from "../pad/drawing.js";
import { latest, question } from "../transport/question.js";
import { sentenceOf } from "./refusals.js";

const REST = 350; // milliseconds the pen rests before a picture is asked for that takes computing
const LATE = 500; // milliseconds until a person is told that something is being computed
const WHOLE = { left: 0, top: 0, right: PAD_SIZE, bottom: PAD_SIZE };

export class Stage {
  #pictures = [];
  #frame = null;
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
   * @param how fixed: what is set does not change it; patient: it is asked for when the pen rests;
   *   whole: it needs the whole pad, not only the ink
   */
  picture(name, draw, how = {}) {
    const ask = latest(
      ({ state, frame }) =>
        question("lessons/picture", { chapter: this.chapter, picture: name, ...state }, frame),
      (answer) => {
        this.#settle(picture);
        if (this.#closed || !this.#frame) return;
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
  hear(frame) {
    this.#frame = frame;
    for (const picture of this.#pictures) this.#want(picture);
  }

  /** Set something: {name: value}, values as they stand in the address. */
  set(changes) {
    this.state = { ...this.state, ...changes };
    this.about.changed(this.state);
    for (const picture of this.#pictures) if (!picture.how.fixed) this.#want(picture);
  }

  /** The frame that questions are about: the whole pad, where the chapter needs it. */
  get asked() {
    const whole = this.#pictures.some(({ how }) => how.whole);
    return this.#frame && (whole ? wholePad(this.#frame) : this.#frame);
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
    const frame = this.#frame;
    if (!frame) return;
    const ask = () => {
      picture.late ??= setTimeout(() => this.element.classList.add("waiting"), LATE);
      picture.ask({ state: this.state, frame: picture.how.whole ? wholePad(frame) : frame });
    };
    if (picture.how.patient) picture.timer = setTimeout(ask, REST);
    else ask();
  }
}

/** The drawing as a frame of the whole pad: where on the pad the ink is counts, too. */
function wholePad({ marks, network }) {
  const ink = new Ink();
  ink.repaint(marks);
  return { ...ink.frame(WHOLE), network };
}
