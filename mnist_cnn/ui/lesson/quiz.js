// The question of a chapter: filled from the drawing, and checked against the network's numbers.
import { text } from "../locales/language.js";
import { latest } from "../transport/question.js";
import { experiment, sentenceOf } from "./experiments.js";
import { fill, write } from "./words.js";

const REST = 400; // milliseconds the pen rests until a question is filled anew

export class Quiz {
  #chapter = null;
  #about = null; // {drawing, state}: what the question that is shown asks about
  #wanted = null; // the same of the question that is to be shown
  #timer = null;

  constructor(form) {
    this.form = form;
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

  /** Another chapter is shown. */
  open(chapter) {
    this.#chapter = chapter;
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
    this.#timer = setTimeout(() => this.fillHoles({ chapter: this.#chapter, about }), REST);
  }

  /** Lead to the question, without a keyboard that would cover a phone's screen. */
  focus() {
    if (matchMedia("(pointer: fine)").matches) this.typed.focus({ preventScroll: true });
  }

  #show(values, about) {
    const asked = fill(this.#chapter.question, values);
    const element = this.form.querySelector(".asked");
    if (this.form.hidden || element.dataset.words !== asked) this.#clear();
    this.#about = about;
    this.form.hidden = false;
    element.dataset.words = asked;
    write(element, asked);
  }

  async #check(typed) {
    const about = this.#about;
    const chapter = this.#chapter;
    if (!about) return;
    try {
      const { right, working } = await experiment("ask", { chapter: chapter.name, ...about, typed });
      if (about !== this.#about) return;
      if (typed !== null) {
        this.#say(text(right ? "lessonRight" : "lessonWrong"), right ? "right" : "wrong");
      }
      if (right || typed === null) this.#explain(fill(chapter.answer, { working }));
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
