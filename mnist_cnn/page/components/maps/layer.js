// One layer on the page: its caption, its picture, and its cells.
import { rgbOf, rgba } from "../../painting/canvas.js";
import { make, place } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { Sprite, layout } from "./sprite.js";

const KINDS = {
  Conv2D: "kindConv",
  MaxPooling2D: "kindPool",
  AveragePooling2D: "kindPool",
  Flatten: "kindFlatten",
  Dense: "kindDense",
  BatchNormalization: "kindNorm",
};

// CSS pixels.
const WIDE = 800; // room for two layers of small maps, side by side
const BETWEEN = 24; // two layers, as in maps.css
const VECTOR = 640; // at most: it leaves room for the next one
const LEGIBLE = 28; // a channel, whatever it was made of

const isSmall = (width) => width <= 8; // cells

export class LayerView {
  /** layer: {name, kind, shape}; grid: how a vector is laid out, see network.js */
  constructor({ name, kind, shape }, grid) {
    Object.assign(this, { name, kind, shape, grid });
    this.marked = new Map(); // how: the cell that is outlined; kept while the layer is out of view
    this.framed = null; // the channel that is outlined
    this.canvas = make("canvas", { role: "application", tabIndex: 0 });
    const marks = ["frame", "cell pointed", "cell selected"].map((className) => {
      return make("i", { className, hidden: true });
    });
    const about = { className: this.isMap ? "layer map" : "layer vector", dataset: { layer: name } };
    const caption = make("figcaption", "", make("b", "", name), " ", make("span"));
    this.element = make("figure", about, caption, make("div", "sheet", this.canvas, ...marks));
    this.caption();
  }

  get isMap() {
    return this.shape.length === 3;
  }

  /** The shape of what is laid out: a vector is one map. */
  get laid() {
    return this.isMap ? this.shape : [this.grid.rows, this.grid.columns, 1];
  }

  caption() {
    const key = this.name === "softmax" ? "kindSoftmax" : KINDS[this.kind];
    const isPlain = this.kind === "Flatten" && !this.grid.isByPlace;
    const kind = text(isPlain ? "kindFlattenPlain" : key, { places: this.grid.rows });
    const [height, width, channels] = this.shape;
    const size = this.isMap
      ? text("mapShape", { channels, height, width })
      : text("vectorShape", { count: this.shape[0] });
    const words = kind === this.name ? size : `${kind} · ${size}`;
    this.element.querySelector("span").textContent = words;
    this.canvas.setAttribute("aria-label", `${this.name}: ${words}`);
    this.canvas.setAttribute("aria-roledescription", text("mapRole"));
  }

  /**
   * Lay the channels out anew for the room there is, in CSS pixels. A pooled channel is never drawn
   * larger than the one it was made of.
   * @param source how wide a channel and its gap are in the layer before, in screen pixels
   * @returns the same of this layer
   */
  fit(room, source) {
    const ratio = devicePixelRatio;
    const shape = this.laid;
    const tallest = (room < 520 ? 330 : 165) * ratio;
    const [width, pitch] = [shape[1], shape[1] + 1];
    const pooled = KINDS[this.kind] === "kindPool";
    const widest = pooled ? Math.max(source, LEGIBLE * ratio) : Infinity;
    const largest = Math.min(this.#largest(width) * ratio, (widest * width) / pitch);
    const available = Math.floor(this.#share(room) * ratio);
    const { columns, zoom: whole } = layout(shape, available, tallest, largest);
    this.sprite = new Sprite(this.canvas, shape, columns, { gap: lineColor(this.element) });
    const zoom = Math.min(whole, available / this.canvas.width); // a row of 512 is wider than a phone
    place(this.canvas, { width: (this.canvas.width * zoom) / ratio, height: (this.canvas.height * zoom) / ratio });
    this.show(this.layer, this.perChannel);
    for (const [how, cell] of this.marked) this.mark(how, cell);
    this.frame(this.framed);
    return pitch * zoom;
  }

  /** The room this layer may take of a line. */
  #share(room) {
    if (!this.isMap) return Math.min(room, VECTOR);
    return room >= WIDE && isSmall(this.shape[1]) ? (room - BETWEEN) / 2 : room;
  }

  /** How wide a channel is at most. */
  #largest(width) {
    if (!this.isMap) return 16 * width;
    return isSmall(width) ? 28 : 80;
  }

  /** layer: its activations, see reader/reading.js; null to clear */
  show(layer, perChannel) {
    this.layer = layer;
    this.perChannel = perChannel;
    if (!this.sprite) return;
    if (layer) this.sprite.paint(layer, perChannel);
    else this.sprite.clear(this.shape.reduce((product, side) => product * side, 1));
  }

  /** The cell under the pointer: [row, column, channel] or [unit], or null. */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = this.sprite.locate(
      ((event.clientX - box.left) / box.width) * this.canvas.width,
      ((event.clientY - box.top) / box.height) * this.canvas.height,
    );
    if (!at) return null;
    if (this.isMap) return [at.row, at.column, at.channel];
    const unit = at.row * this.grid.columns + at.column;
    return unit < this.shape[0] ? [unit] : null;
  }

  /** The activation of a cell; null when nothing is drawn. */
  value(cell) {
    if (!this.layer) return null;
    if (!this.isMap) return this.layer.values[cell[0]];
    const [row, column, channel] = cell;
    const [, width, channels] = this.shape;
    return this.layer.values[(row * width + column) * channels + channel];
  }

  /** Outline a cell, or nothing. how: "pointed" or "selected" */
  mark(how, cell) {
    this.marked.set(how, cell);
    const mark = this.element.querySelector(`.${how}`);
    mark.hidden = !cell || !this.sprite;
    if (mark.hidden) return;
    const [row, column, channel] = this.isMap
      ? cell
      : [Math.floor(cell[0] / this.grid.columns), cell[0] % this.grid.columns, 0];
    this.#lay(mark, this.sprite.cellPlace(row, column, channel));
  }

  /** Outline a channel, or nothing. */
  frame(channel) {
    this.framed = channel;
    const frame = this.element.querySelector(".frame");
    frame.hidden = channel === null || !this.sprite;
    if (!frame.hidden) this.#lay(frame, this.sprite.place(channel));
  }

  #lay(element, shares) {
    for (const [side, share] of Object.entries(shares)) {
      const whole = side === "left" || side === "width" ? "width" : "height";
      element.style[side] = `${share * parseFloat(this.canvas.style[whole])}px`;
    }
  }
}

/** The colour of the line between two channels, as the 32-bit number of an opaque pixel. */
function lineColor(element) {
  return rgba(rgbOf(getComputedStyle(element).borderTopColor));
}
