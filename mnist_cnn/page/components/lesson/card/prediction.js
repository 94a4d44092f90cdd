// One prediction before an experiment, with three choices; after it, what it is.
import { button, make } from "../../../dom/elements.js";
import { text } from "../../../locales/language.js";
import { sentenceOf } from "../../../locales/refusals.js";
import { emit } from "../../../state/events.js";
import { latest } from "../../../transport/retry.js";
import { experiment } from "../experiments.js";
import { fill, write } from "../words.js";

const NONE = { prediction: null };
const DELAY = 350; // milliseconds the pen rests before what it is is computed anew

export class Prediction {
  #card = NONE;
  #chapter = null;
  #chosen = null;
  #told = null; // {right, values}: what it is
  #said = ""; // of it
  #isSent = false; // this choice
  #timer = null;
  #control = null; // of what is being computed

  /**
   * @param element where it stands
   * @param did called when somebody has chosen: what it is can be shown now
   */
  constructor(element, did) {
    Object.assign(this, { element, did });
    this.compute = latest(
      ({ about, signal }) => experiment("predict", about, { signal }),
      (told, { signal }) => signal.aborted || this.#tell(told),
      (error, { signal }) => signal.aborted || this.#say(sentenceOf(error), "trouble"),
    );
  }

  /** Whether the card that is shown still waits for a choice. */
  get waits() {
    return Boolean(this.#card.prediction) && this.#chosen === null;
  }

  /** A card is shown; where it is the same again, maybe in another language, what was chosen stays. */
  open(chapter, card) {
    const isSame = this.#chapter?.name === chapter.name && this.#card.name === card.name;
    this.#chapter = chapter;
    this.#card = card;
    if (!isSame) this.#forget();
    const { prediction } = card;
    if (!prediction) return;
    write(this.element.querySelector("legend"), prediction.question);
    this.#choices().forEach((choice, i) => write(choice, prediction.choices[i]));
    if (this.#told) this.#tell(this.#told);
  }

  /** Say what it is, of this drawing in a picture that is set up like this, when the pen rests; null: of none. */
  tell(drawing, state) {
    clearTimeout(this.#timer);
    this.#control?.abort();
    if (this.#chosen === null || !drawing) return;
    const about = { chapter: this.#chapter.name, card: this.#card.name, state, drawing };
    this.#control = new AbortController();
    const { signal } = this.#control;
    this.#timer = setTimeout(() => this.compute({ about, signal }), DELAY);
  }

  #choices() {
    return this.element.querySelectorAll("button");
  }

  #forget() {
    this.tell(null);
    this.#chosen = this.#told = null;
    this.#said = "";
    this.#isSent = false;
    const { prediction } = this.#card;
    this.element.hidden = !prediction;
    this.element.classList.remove("told");
    if (!prediction) return this.element.replaceChildren();
    const choices = prediction.choices.map((_, i) => button({ "aria-pressed": "false" }, () => this.#choose(i)));
    const outcome = make("p", { className: "outcome", role: "status" });
    this.element.replaceChildren(make("legend", ""), make("div", "choices", ...choices), outcome);
  }

  #choose(i) {
    if (this.#chosen !== null) return;
    this.#chosen = i;
    this.#choices().forEach((choice, at) => {
      choice.setAttribute("aria-pressed", String(at === i));
      choice.setAttribute("aria-disabled", "true"); // the focus stays
    });
    this.did();
  }

  #tell(told) {
    this.#told = told;
    const { right, values } = told;
    const { choices, outcome } = this.#card.prediction;
    const isRight = right === this.#chosen;
    this.element.classList.add("told");
    this.#choices().forEach((choice, at) => {
      choice.classList.toggle("right", at === right);
      choice.classList.toggle("wrong", at === this.#chosen && !isRight);
    });
    const about = { thought: choices[this.#chosen], outcome: fill(outcome, values) };
    this.#say(text(isRight ? "lessonAsThought" : "lessonThought", about), isRight ? "right" : "wrong");
    this.#send(isRight);
  }

  /** Tell the others of the choice, once. */
  #send(right) {
    if (this.#isSent) return;
    this.#isSent = true;
    emit("predicted", {
      chapter: this.#chapter.name,
      card: this.#card.name,
      choice: this.#chosen,
      right,
    });
  }

  /** Say it where it is something else than before; scroll to it only after the choice. */
  #say(sentence, how) {
    if (sentence === this.#said) return;
    this.#said = sentence;
    const outcome = this.element.querySelector(".outcome");
    write(outcome, sentence);
    outcome.dataset.how = how;
    if (!this.#isSent) outcome.scrollIntoView({ block: "nearest" });
  }
}
