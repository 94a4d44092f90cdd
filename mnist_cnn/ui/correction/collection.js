// The digits a person has corrected, kept as long as the tab; a click takes one out again.
import { text } from "../locales/language.js";
import { inkOnPaper } from "../pad/canvas.js";

const MOST = 50; // as mnist_cnn/correction.py has it
const KEPT = "mnist_cnn.corrections";

export class Collection {
  #list;
  #changed;
  #digits; // [{label, pixels}], pixels an array of 784 levels

  /** list: the element that shows them; changed: called when there are others */
  constructor(list, changed) {
    this.#list = list;
    this.#changed = changed;
    this.#digits = JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
    this.write();
  }

  get count() {
    return this.#digits.length;
  }

  get full() {
    return this.count >= MOST;
  }

  /** pixels: of the 28×28 picture, as the network reads it */
  add(pixels, label) {
    this.#digits.push({ label, pixels: [...pixels] });
    this.#keep();
  }

  /** For each digit a byte, what it is, and its picture's 784. */
  bytes() {
    return new Uint8Array(this.#digits.flatMap(({ label, pixels }) => [label, ...pixels]));
  }

  /** Show them, in the page's language. */
  write() {
    this.#list.replaceChildren(...this.#digits.map((digit) => this.#item(digit)));
  }

  #keep() {
    sessionStorage.setItem(KEPT, JSON.stringify(this.#digits));
    this.write();
    this.#changed();
  }

  #item(digit) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.title = text("takeOut", { digit: digit.label });
    button.setAttribute("aria-label", button.title);
    const cross = document.createElement("i");
    cross.textContent = "×";
    button.append(inkOnPaper(digit.pixels), String(digit.label), cross);
    button.addEventListener("click", () => {
      this.#digits = this.#digits.filter((other) => other !== digit);
      this.#keep();
    });
    item.append(button);
    return item;
  }
}
