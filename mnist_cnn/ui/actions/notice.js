// A sentence about what was just done; it lies over the page, so that nothing moves, and goes away.

const SHOWN = 6000; // milliseconds

export class Notice {
  #timer = null;

  /** element: a live region, empty until there is something to say */
  constructor(element) {
    this.element = element;
  }

  say(sentence) {
    clearTimeout(this.#timer);
    this.element.textContent = sentence;
    this.#timer = setTimeout(() => (this.element.textContent = ""), SHOWN);
  }
}
