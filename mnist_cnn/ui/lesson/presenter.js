// For the front of the class: large type, one thing at a time, turned by keys as clickers send them.
import { text } from "../locales/language.js";

const KEYS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
const SPACE = " "; // on, and with shift back
const PAGE_KEYS = ["PageDown", "PageUp"]; // what a clicker sends: they turn wherever the focus is

export class Presenter {
  at = null; // the step that is shown, or null: nothing is presented
  within = ""; // where in the lesson the chapter is

  /**
   * @param element of the lesson
   * @param lesson {turn(by): to the next chapter or the one before, keep(step): in the address}
   */
  constructor(element, lesson) {
    Object.assign(this, { element, lesson });
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  get on() {
    return this.at !== null;
  }

  /** What is shown one at a time: each paragraph, the picture, the question about it. */
  get steps() {
    const find = (selector) => [...this.element.querySelectorAll(selector)];
    const words = find(".prose p").map((p) => [p]);
    return [...words, find(".action, .picture"), find(".picture, .quiz")];
  }

  start() {
    this.lesson.keep(0);
    this.show(0);
    this.element.querySelector("h2").focus({ preventScroll: true }); // keys are for the lesson now
  }

  stop() {
    this.lesson.keep(null);
    this.show(null);
  }

  /** Show one step, "last" for the last one, or null for everything. */
  show(step) {
    const { steps } = this;
    const last = step === "last" ? steps.length - 1 : step;
    this.at = last === null ? null : Math.min(last, steps.length - 1);
    const { classList, dataset } = document.body;
    classList.toggle("presenting", this.on);
    const after = ["picture", "question"]; // the words
    dataset.step = this.on ? (after[this.at - steps.length + after.length] ?? "words") : "";
    const shown = this.on ? steps[this.at] : steps.flat();
    for (const element of steps.flat()) {
      element.classList.toggle("away", !shown.includes(element));
    }
    this.element.querySelector(".leave").hidden = !this.on;
    this.#progress(steps.length);
    if (step === "last") this.lesson.keep(this.at);
    if (this.on) window.scrollTo(0, 0);
  }

  /** Go on or back; false when nothing is presented, so that the chapter turns. */
  step(by) {
    if (!this.on) return false;
    const next = this.at + by;
    if (next < 0 || next >= this.steps.length) this.lesson.turn(by);
    else {
      this.lesson.keep(next);
      this.show(next);
    }
    return true;
  }

  #progress(count) {
    const step = this.on ? text("lessonStep", { step: this.at + 1, steps: count }) : "";
    const words = [this.within, step].filter(Boolean).join(" · ");
    this.element.querySelector(".progress").textContent = words;
    for (const name of ["previous", "next"]) {
      const button = this.element.querySelector(`.${name}`);
      button.title = text(name === "next" ? "lessonNext" : "lessonPrevious");
      button.querySelector("span").hidden = this.on; // the next step is no chapter
      if (this.on) button.disabled = false;
    }
  }

  #key(event) {
    if (!this.on || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return this.stop();
    const by = event.key === SPACE ? (event.shiftKey ? -1 : 1) : KEYS[event.key];
    if (!by || (!PAGE_KEYS.includes(event.key) && uses(event.key, event.target))) return;
    event.preventDefault();
    this.step(by);
  }
}

/** Whether a key means something of its own there: space presses buttons, too. */
const uses = (key, target) =>
  target instanceof Element &&
  target.matches(`input, select, textarea, [role=application]${key === SPACE ? ", button" : ""}`);
