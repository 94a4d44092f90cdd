// One channel, or the picture, enlarged, with its numbers where they fit; a click chooses another cell.
import { IMAGE } from "../maps/network.js";
import { cellAfter, within } from "./arrows.js";
import { compact } from "./elements.js";
import { channelOf, paintMap, shadeOf, strongestOf } from "./map.js";

const SIDE = 112; // CSS pixels at most
const SIDE_OF_PICTURE = 168;
const LEAST_FOR_NUMBERS = 34; // CSS pixels of a cell

export class Enlarged {
  #cell = null;
  #laid = ""; // the shape that there is room for

  /** choose: called with the cell that is clicked, or that an arrow key leads to */
  constructor(element, choose) {
    this.element = element;
    this.canvas = element.querySelector("canvas");
    this.numbers = element.querySelector(".numbers");
    this.mark = element.querySelector(".cell");
    this.canvas.addEventListener("click", (event) => choose(this.#cellAt(...this.#under(event))));
    this.canvas.addEventListener("keydown", (event) => {
      const next = cellAfter(event, this.#cell.slice(0, 2), [this.height, this.width]);
      if (!next) return;
      event.preventDefault();
      choose(this.#cellAt(...next));
    });
  }

  /** Make room for the channel of `cell`; nothing is enlarged of a vector. */
  open({ name, shape }, cell) {
    this.#cell = cell;
    this.element.hidden = shape.length !== 3;
    if (this.element.hidden) return;
    const most = name === IMAGE ? SIDE_OF_PICTURE : SIDE;
    [this.height, this.width] = shape;
    this.side = Math.floor(most / Math.max(this.width, this.height));
    if (this.#laid !== `${shape}`) this.#lay();
    this.#laid = `${shape}`;
    this.#layMark();
  }

  /** map: of map.js; null to clear */
  show(map) {
    if (this.element.hidden) return;
    if (!map) {
      this.canvas.width = this.width;
      for (const number of this.numbers.children) number.textContent = "";
      return;
    }
    const numbers = channelOf(map, this.#cell[2] ?? 0);
    paintMap(this.canvas, map, numbers);
    const shade = shadeOf(map, strongestOf(map.name, numbers));
    [...this.numbers.children].forEach((number, i) => {
      number.textContent = compact(numbers[i]);
      number.style.color = shade(numbers[i]).color;
    });
  }

  /** Of the picture a cell is [row, column] alone. */
  #cellAt = (row, column) => [row, column, ...this.#cell.slice(2)];

  #under(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      within(Math.floor(((event.clientY - box.top) / box.height) * this.height), this.height),
      within(Math.floor(((event.clientX - box.left) / box.width) * this.width), this.width),
    ];
  }

  #lay() {
    const { side, width, height } = this;
    this.canvas.style.width = `${side * width}px`;
    this.canvas.style.height = `${side * height}px`;
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
