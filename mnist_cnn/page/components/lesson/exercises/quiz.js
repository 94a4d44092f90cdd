// The question of a chapter: filled from the drawing, and checked against the network's numbers.
import { text } from "../../../locales/language.js";
import { latest } from "../../../transport/retry.js";
import { experiment } from "../experiments.js";
import { sentenceOf } from "../../../locales/refusals.js";
import { fill, write } from "../words.js";

const DELAY = 400; // milliseconds the pen rests until a question is filled anew

export class Quiz {
  #chapter = null;
  #card = null; // of the question; null: the card that is shown has none
  #about = null; // {drawing, state}: what the question that is shown asks about
  #wanted = null; // the same of the question that is to be shown
  #timer = null;

  /**
   * @param form of the question
   * @param answered called with whether an answer is right
   */
  constructor(form, answered) {
    Object.assign(this, { form, answered });
    this.typed = form.querySelector(".typed");
    this.fillHoles = latest(
      ({ chapter, about }) => experiment("ask", { chapter: chapter.name, ...about }),
      ({ values }, { about }) => about === this.#wanted && this.#show(values, about),
      (error, { about }) => about === this.#wanted && this.#say(sentenceOf(error), "trouble"),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.typed.value.trim()) this.#check(this.typed.value);
      else this.typed.focus();
    });
    form.querySelector(".reveal").addEventListener("click", () => this.#check(null));
  }

  /** Another card is shown; null: without a question. */
  open(chapter, card) {
    clearTimeout(this.#timer);
    this.#chapter = chapter;
    this.#card = card;
    this.#about = this.#wanted = null;
    this.form.hidden = true;
    this.#clear();
  }

  /** Ask about the drawing on this stage, when the pen rests. */
  ask(stage) {
    clearTimeout(this.#timer);
    const drawing = stage.asked;
    if (!drawing) {
      this.#wanted = null;
      this.form.hidden = true;
      return;
    }
    const about = { drawing, state: stage.state };
    this.#wanted = about;
    this.#timer = setTimeout(() => this.fillHoles({ chapter: this.#chapter, about }), DELAY);
  }

  #show(values, about) {
    const asked = fill(this.#card.words, values);
    const element = this.form.querySelector(".asked");
    if (this.form.hidden || element.dataset.words !== asked) this.#clear();
    this.#about = about;
    this.form.hidden = false;
    element.dataset.words = asked;
    write(element, asked);
  }

  async #check(typed) {
    const about = this.#about;
    const [chapter, card] = [this.#chapter, this.#card];
    if (!about) return;
    try {
      const { right, working, mistake } = await experiment("ask", { chapter: chapter.name, ...about, typed });
      if (about !== this.#about) return;
      if (typed !== null) {
        this.#say(right ? text("lessonRight") : diagnosis(mistake), right ? "right" : "wrong");
        this.answered(right);
      }
      if (right || typed === null) this.#explain(fill(card.answer, { working }));
    } catch (error) {
      if (about === this.#about) this.#say(sentenceOf(error), "trouble");
    }
  }

  #explain(words) {
    const element = this.form.querySelector(".working");
    element.hidden = false;
    write(element, words);
  }

  #say(sentence, how) {
    const verdict = this.form.querySelector(".verdict");
    verdict.textContent = sentence;
    verdict.dataset.how = how;
  }

  #clear() {
    this.typed.value = "";
    this.form.querySelector(".working").hidden = true;
    this.#say("", "");
  }
}

/** What is wrong with a number: a known mistake of explain/guess.js, or null. */
const diagnosis = (mistake) =>
  mistake ? text(`guess${mistake[0].toUpperCase()}${mistake.slice(1)}`) : text("lessonWrong");
