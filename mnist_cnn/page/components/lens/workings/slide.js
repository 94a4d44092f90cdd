// "Slide it": the window runs over the input map and writes the output map cell by cell, by itself or by
// hand. It always shows the current answer.
import { explain } from "../../../explain/arithmetic.js";
import { text } from "../../../locales/language.js";
import { signedShade } from "../../../painting/colormap.js";
import { IMAGE } from "../../../state/layers.js";
import { ACTIVATIONS, tile } from "./arithmetic.js";
import { make, place, set } from "../../../dom/elements.js";
import { shortNumber, signedShort } from "../../../locales/numbers.js";
import { windows } from "../../../reader/layers.js";
import { cellAfter } from "../../../dom/keys.js";
import { channelOf, largest, mapOf, paintMap, shadeOf, strongestOf } from "../../../painting/map.js";

const SIDE = 168; // CSS pixels of a map at most
const SLOW_CELLS = 10; // at first, slowly enough to read their sums
const SLOW_TIME = 400; // milliseconds for each of these
const DURATION = 6000; // milliseconds for all cells

/** How many of `count` cells are written after `elapsed` milliseconds: slowly at first, then faster and faster. */
export function writtenAfter(elapsed, count) {
  if (count <= SLOW_CELLS) return Math.min(count, 1 + Math.floor((elapsed * count) / DURATION));
  const slow = SLOW_CELLS * SLOW_TIME;
  if (elapsed < slow) return 1 + Math.floor(elapsed / SLOW_TIME);
  const share = Math.min(1, (elapsed - slow) / (DURATION - slow));
  return SLOW_CELLS + Math.floor((count - SLOW_CELLS) * share ** 1.5);
}

/** The place whose window has its middle nearest to a point; starts: where the windows begin. */
export function nearest(starts, size, point) {
  const away = starts.map((start) => Math.abs(start + size / 2 - point));
  return away.indexOf(Math.min(...away));
}

export class Slide {
  #answer;
  #at = [0, 0]; // row and column of the output
  #frame = 0;

  /**
   * @param place {layer, cell}, of a convolution or pooling
   * @param answer what the network has read
   * @param changed called when it begins to run, and when it stops
   */
  constructor({ layer, cell }, answer, changed) {
    this.layer = layer;
    this.channel = cell[2];
    this.changed = changed;
    this.about = answer.network.layers.find(({ name }) => name === layer);
    const terms = explain(answer.network, answer.image, answer.layers, layer, cell);
    this.inputs = terms.inputs.layer;
    this.inputChannel = terms.inputs.channel ?? terms.channels[0]; // the most important one
    [this.rows, this.columns] = this.about.shape;
    this.written = new Uint8Array(this.rows * this.columns);
    this.#build(mapOf(answer, this.inputs).shape);
    this.hear(answer);
  }

  get running() {
    return this.#frame !== 0;
  }

  /** Write the map from its beginning; where no motion is wanted, all is left to the hand. */
  run() {
    this.stop();
    this.written.fill(0);
    this.#at = [0, 0];
    this.#paint();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    let began = null;
    const step = (now) => {
      began ??= now;
      const count = writtenAfter(now - began, this.written.length);
      this.written.fill(1, 0, count);
      this.#at = [Math.floor((count - 1) / this.columns), (count - 1) % this.columns];
      this.#paint();
      if (count === this.written.length) return this.stop();
      this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
    this.changed();
  }

  stop() {
    if (!this.running) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.changed();
  }

  /** Another answer: what is written so far is that of the new drawing. */
  hear(answer) {
    this.#answer = answer;
    this.#paint();
  }

  #build([height, width]) {
    this.height = height;
    this.width = width;
    this.input = sheet("input", height, width);
    this.output = sheet("output", this.rows, this.columns);
    this.products = make("div", "products");
    const names = { layer: this.inputs, channel: this.inputChannel };
    const from = this.inputs === IMAGE ? text("columnImage") : text("channelOf", names);
    const to = text("channelOf", { layer: this.layer, channel: this.channel });
    this.element = make(
      "div",
      "slide",
      make(
        "div",
        "sheets",
        make("figure", "", this.input.element, make("figcaption", "", from)),
        make("span", "sign", "→"),
        make("figure", "", this.output.element, make("figcaption", "", to)),
      ),
      this.products,
      make("p", "hint", text("slideByHand")),
    );
    this.#followHand(this.input.canvas);
  }

  /** The window follows the pointer, and the arrow keys. */
  #followHand(canvas) {
    const { size } = this.about;
    const [down, right] = windows([this.height, this.width], this.about);
    set(canvas, { tabIndex: 0, role: "application", "aria-label": text("slideByHand") });
    const point = ({ clientX, clientY }) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const [x, y] = [((clientX - left) / width) * this.width, ((clientY - top) / height) * this.height];
      this.#move([nearest(down, size[0], y), nearest(right, size[1], x)]);
    };
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("keydown", (event) => {
      const next = cellAfter(event, this.#at, [this.rows, this.columns]);
      if (!next) return;
      event.preventDefault();
      this.#move(next);
    });
  }

  #move(at) {
    this.stop();
    this.#at = at;
    this.written[at[0] * this.columns + at[1]] = 1;
    this.#paint();
  }

  #paint() {
    const { network, image, layers } = this.#answer;
    const input = mapOf(this.#answer, this.inputs);
    const output = layers.get(this.layer);
    const [row, column] = this.#at;
    const numbers = channelOf(input, this.inputChannel);
    paintMap(this.input.canvas, input, numbers);
    paintMap(this.output.canvas, output, channelOf(output, this.channel), this.written);
    const terms = explain(network, image, layers, this.layer, [row, column, this.channel]);
    const patch = this.#patch(terms);
    this.input.frame(terms.inputs.row, terms.inputs.column, patch.length, patch[0].length);
    this.output.frame(row, column, 1, 1);
    const shade = shadeOf(input, strongestOf(this.inputs, numbers));
    this.products.replaceChildren(...this.#arithmetic(terms, patch, shade));
  }

  #patch({ window, patches, channels }) {
    return window ?? patches[channels.indexOf(this.inputChannel)];
  }

  /** What the window holds, and what becomes of it. */
  #arithmetic({ window, how, channels, kernels, sums, bias, total, activation, value }, patch, shade) {
    if (window) {
      const words = text(how === "max" ? "largestOf" : "meanOf", { count: window.flat().length });
      return [tile(patch, shade), make("span", "sum", "→ ", make("b", "", shortNumber(value)), ` ${words}`)];
    }
    const at = channels.indexOf(this.inputChannel);
    const kernel = kernels[at];
    const most = largest(kernel.flat());
    const others = total - bias - sums[at];
    const count = channels.length - 1;
    const terms = [`= ${signedShort(sums[at])}`];
    if (count) terms.push(text("slideOthers", { count, sum: signedShort(others) }));
    terms.push(`${text("bias")} ${signedShort(bias)}`);
    const words = terms.map((term) => make("span", "", term));
    const end = ACTIVATIONS[activation] ? `→ ${ACTIVATIONS[activation]} → ` : "= ";
    return [
      tile(patch, shade),
      make("span", "sign", "×"),
      tile(kernel, (weight) => signedShade(weight / most)),
      make("span", "sum", ...words, make("span", "", end, make("b", "", shortNumber(value)))),
    ];
  }
}

/** A map with a frame that moves over it. */
function sheet(name, height, width) {
  const side = Math.max(1, Math.floor(SIDE / Math.max(height, width)));
  const canvas = make("canvas", name);
  place(canvas, { width: side * width, height: side * height });
  const box = make("i", "cell");
  return {
    canvas,
    element: make("div", "sheet", canvas, box),
    frame(row, column, rows, columns) {
      place(box, { left: column * side, top: row * side, width: columns * side, height: rows * side });
    },
  };
}
