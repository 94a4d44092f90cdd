// A sentence about what was just done; it lies over the page, so that nothing moves, and goes away.

const SHOWN = 6000; // milliseconds, at least
const READING = 70; // milliseconds for a letter of a long sentence

export class Notice {
  #timer = null;

  /** element: a live region, empty until there is something to say */
  constructor(element) {
    this.element = element;
  }

  /** words: to copy by hand, shown in a field that stays until it is left */
  say(sentence, words = null) {
    clearTimeout(this.#timer);
    this.element.textContent = sentence;
    if (words) return this.#offer(sentence, words);
    const shown = Math.max(SHOWN, READING * sentence.length);
    this.#timer = setTimeout(() => (this.element.textContent = ""), shown);
  }

  #offer(sentence, words) {
    const field = document.createElement("input");
    Object.assign(field, { readOnly: true, value: words, ariaLabel: sentence });
    field.addEventListener("blur", () => (this.element.textContent = ""));
    this.element.append(field);
    field.select();
  }
}
