// One channel, enlarged, with its numbers where they fit; a click chooses another cell.
import { Sprite } from "../maps/sprite.js";

const SIDE = 182; // CSS pixels at most
const BRIGHT = 0.55; // of the strongest: light enough for dark numbers
const LEAST_FOR_NUMBERS = 34; // CSS pixels of a cell

export class Enlarged {
  #cell = null;

  /** choose: called with the cell that is clicked */
  constructor(element, choose) {
    this.element = element;
    this.canvas = element.querySelector("canvas");
    this.numbers = element.querySelector(".numbers");
    this.mark = element.querySelector(".cell");
    this.canvas.addEventListener("click", (event) => {
      const [row, column] = this.#under(event);
      choose([row, column, this.#cell[2]]);
    });
  }

  /** Make room for the channel of `cell`; nothing is enlarged of a vector. */
  open(layer, cell) {
    this.#cell = cell;
    this.element.hidden = layer?.shape.length !== 3;
    if (this.element.hidden) return;
    const [height, width, channels] = layer.shape;
    Object.assign(this, { height, width, channels });
    this.sprite = new Sprite(this.canvas, [height, width, 1], 1);
    this.side = Math.floor(SIDE / Math.max(width, height));
    this.canvas.style.width = `${this.side * width}px`;
    this.canvas.style.height = `${this.side * height}px`;
    this.#layNumbers();
    this.#layMark();
  }

  /** layer: its activations, see reader/reading.js; null to clear */
  show(layer) {
    if (this.element.hidden) return;
    if (!layer) {
      this.sprite.clear();
      for (const number of this.numbers.children) number.textContent = "";
      return;
    }
    const channel = this.#cell[2];
    const values = layer.values.filter((_, i) => i % this.channels === channel);
    const strongest = Math.max(...values);
    this.sprite.paint(values, true);
    [...this.numbers.children].forEach((number, i) => {
      const value = values[i];
      number.textContent = value === 0 ? "0" : value.toFixed(value < 9.95 ? 2 : 1);
      number.classList.toggle("bright", value > BRIGHT * strongest);
    });
  }

  #under(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      cellAt(event.clientY - box.top, box.height, this.height),
      cellAt(event.clientX - box.left, box.width, this.width),
    ];
  }

  #layNumbers() {
    const { side, width, height } = this;
    const count = side >= LEAST_FOR_NUMBERS ? width * height : 0;
    this.numbers.style.gridTemplateColumns = `repeat(${width}, ${side}px)`;
    this.numbers.style.gridAutoRows = `${side}px`;
    this.numbers.replaceChildren(
      ...Array.from({ length: count }, () => document.createElement("span")),
    );
  }

  #layMark() {
    const [row, column] = this.#cell;
    const { style } = this.mark;
    this.mark.hidden = false;
    style.left = `${column * this.side}px`;
    style.top = `${row * this.side}px`;
    style.width = style.height = `${this.side}px`;
  }
}

const cellAt = (at, whole, count) =>
  Math.min(count - 1, Math.max(0, Math.floor((at / whole) * count)));
