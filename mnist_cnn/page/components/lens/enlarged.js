// One channel, or the picture, enlarged, with its numbers if they fit; a click chooses another cell.
import { IMAGE } from "../../state/layers.js";
import { cellUnder, make, place } from "../../dom/elements.js";
import { cellAfter } from "../../dom/keys.js";
import { compact } from "../../locales/numbers.js";
import { channelOf, paintMap, shadeOf, strongestOf } from "../../painting/map.js";

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
    this.canvas.addEventListener("click", (event) => {
      choose(this.#cellAt(...cellUnder(event, this.canvas, this.height, this.width)));
    });
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

  #lay() {
    const { side, width, height } = this;
    place(this.canvas, { width: side * width, height: side * height });
    const count = side >= LEAST_FOR_NUMBERS ? width * height : 0;
    this.numbers.style.gridTemplateColumns = `repeat(${width}, ${side}px)`;
    this.numbers.style.gridAutoRows = `${side}px`;
    this.numbers.replaceChildren(...Array.from({ length: count }, () => make("span")));
  }

  #layMark() {
    const { side } = this;
    const [row, column] = this.#cell;
    this.mark.hidden = false;
    place(this.mark, { left: column * side, top: row * side, width: side, height: side });
  }
}
