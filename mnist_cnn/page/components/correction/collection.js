// The digits a person has corrected, kept until the tab is closed; a click removes one.
import { text } from "../../locales/language.js";
import { button, make, setLabel } from "../../dom/elements.js";
import { inkOnPaper } from "../../painting/canvas.js";
import { getItem, setItem } from "../../transport/storage.js";

const LARGEST = 50; // digits, the same as in mnist_cnn/training/correction.py
const STORAGE_KEY = "mnist_cnn.corrections";

export class Collection {
  #list;
  #changed;
  #digits; // [{label, pixels}], pixels an array of 784 levels

  /** list: the element that shows them; changed: called whenever one is added or removed */
  constructor(list, changed) {
    this.#list = list;
    this.#changed = changed;
    this.#digits = JSON.parse(getItem(sessionStorage, STORAGE_KEY)) ?? [];
    this.write();
  }

  get count() {
    return this.#digits.length;
  }

  get full() {
    return this.count >= LARGEST;
  }

  /** pixels: the 784 levels of the picture that the network reads */
  add(pixels, label) {
    this.#digits.push({ label, pixels: [...pixels] });
    this.#keep();
  }

  /** One byte for each digit's label, and 784 for its picture. */
  bytes() {
    return new Uint8Array(this.#digits.flatMap(({ label, pixels }) => [label, ...pixels]));
  }

  /** Show them, in the page's language. */
  write() {
    this.#list.replaceChildren(...this.#digits.map((digit) => this.#item(digit)));
  }

  #keep() {
    setItem(sessionStorage, STORAGE_KEY, JSON.stringify(this.#digits));
    this.write();
    this.#changed();
  }

  #item(digit) {
    const remove = () => {
      this.#digits = this.#digits.filter((other) => other !== digit);
      this.#keep();
    };
    const picture = inkOnPaper(digit.pixels);
    const taken = button("", remove, picture, String(digit.label), make("i", "", "×"));
    setLabel(taken, text("takeOut", { digit: digit.label }));
    return make("li", "", taken);
  }
}
