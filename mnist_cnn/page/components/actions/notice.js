// A sentence about what was just done. It lies over the page, so nothing moves, and goes away by itself.
import { make } from "../../dom/elements.js";

const SHORTEST = 6000; // milliseconds
const READING_TIME = 70; // milliseconds for each letter of a long sentence

export class Notice {
  #timer = null;

  /** element: a live region, empty until there is something to say */
  constructor(element) {
    this.element = element;
  }

  /** words: text to copy by hand, in a field that stays until it loses the focus */
  say(sentence, words = null) {
    clearTimeout(this.#timer);
    this.element.textContent = sentence;
    if (words) return this.#offer(sentence, words);
    const shown = Math.max(SHORTEST, READING_TIME * sentence.length);
    this.#timer = setTimeout(() => (this.element.textContent = ""), shown);
  }

  #offer(sentence, words) {
    const field = make("input", { readOnly: true, value: words, "aria-label": sentence });
    field.addEventListener("blur", () => (this.element.textContent = ""));
    this.element.append(field);
    field.select();
  }
}
