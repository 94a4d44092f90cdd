// One channel, enlarged, with its numbers where they fit; it follows the drawing.
import { text, onLanguage } from "../locales/language.js";
import { Sprite } from "./sprite.js";

const SIDE = 364; // CSS pixels at most
const LEAST_FOR_NUMBERS = 30; // CSS pixels of a cell

export class Lens {
  #view = null;
  #channel = 0;

  /** onMove: called with (view, channel), or (null), when another channel is looked at */
  constructor(element, onMove) {
    this.element = element;
    this.onMove = onMove;
    this.canvas = element.querySelector("canvas");
    this.numbers = element.querySelector(".numbers");
    element.querySelector(".close").addEventListener("click", () => this.close());
    element.querySelector(".previous").addEventListener("click", () => this.step(-1));
    element.querySelector(".next").addEventListener("click", () => this.step(1));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      if (event.key === "ArrowLeft") this.step(-1);
      if (event.key === "ArrowRight") this.step(1);
    });
    onLanguage(() => this.#view && this.#title());
  }

  open(view, channel) {
    this.#view = view;
    this.#channel = channel;
    const [height, width] = view.shape;
    this.sprite = new Sprite(this.canvas, [height, width, 1], 1);
    const cell = Math.floor(Math.min(SIDE, innerWidth - 60) / width);
    this.canvas.style.width = `${cell * width}px`;
    this.canvas.style.height = `${cell * height}px`;
    this.#layNumbers(cell, width, height);
    this.element.hidden = false;
    this.#title();
    this.refresh();
    this.element.querySelector(".next").focus({ preventScroll: true });
    this.onMove(view, channel);
  }

  step(by) {
    const channels = this.#view.shape[2];
    this.open(this.#view, (this.#channel + by + channels) % channels);
  }

  close() {
    this.element.hidden = true;
    this.#view = null;
    this.onMove(null);
  }

  /** Paint again: the drawing or the scale has changed. */
  refresh() {
    if (!this.#view) return;
    const { layer, perChannel, shape } = this.#view;
    if (!layer) {
      this.sprite.clear();
      for (const cell of this.numbers.children) cell.textContent = "";
      return;
    }
    const channel = this.#channel;
    const levels = new Uint8Array(shape[0] * shape[1]);
    const strongest = layer.maxima.reduce((most, value) => Math.max(most, value), 0);
    const scale = perChannel ? 1 : layer.maxima[channel] / (strongest || 1);
    for (let i = 0; i < levels.length; i++) levels[i] = layer.levels[i * shape[2] + channel] * scale;
    this.sprite.paint({ levels, maxima: [layer.maxima[channel]] }, true);
    [...this.numbers.children].forEach((cell, i) => {
      const value = (layer.levels[i * shape[2] + channel] / 255) * layer.maxima[channel];
      cell.textContent = value === 0 ? "0" : value.toFixed(value < 9.95 ? 2 : 1);
      cell.classList.toggle("bright", levels[i] > 140);
    });
  }

  #layNumbers(cell, width, height) {
    const fits = cell >= LEAST_FOR_NUMBERS;
    this.numbers.style.gridTemplateColumns = `repeat(${width}, ${cell}px)`;
    this.numbers.style.gridAutoRows = `${cell}px`;
    this.numbers.replaceChildren(
      ...Array.from({ length: fits ? width * height : 0 }, () => document.createElement("span")),
    );
  }

  #title() {
    const channel = text("channel", { channel: this.#channel });
    this.element.querySelector(".title").textContent = `${this.#view.name} · ${channel}`;
  }
}
