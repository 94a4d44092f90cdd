// All channels of a column, small and live, below those that are shown large; a click unfolds them.
import { button, make, place } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { Atlas } from "../../painting/atlas.js";

const LARGEST = 14; // cells of a map, for which there is a pixel each
const LINED = 4; // CSS pixels: between channels that have more, there is a line
const SMALLEST = 4; // the same: fewer show no shape

export class Crowd {
  /** column: one of columnsOf; unfold: called when it is clicked */
  constructor({ kind, layer, twin }, unfold) {
    this.kind = kind;
    const isLarge = kind === "maps" && layer.shape[0] > LARGEST;
    /** The layer that is shown: of large maps, the pooled ones, unless too little is left of them. */
    this.layer = isLarge && twin?.shape[0] >= SMALLEST && twin.kind !== "Flatten" ? twin : layer;
    this.canvas = make("canvas");
    this.words = make("span");
    const about = { className: "crowd", dataset: { layer: layer.name } };
    this.element = button(about, unfold, this.canvas, this.words);
    this.name();
  }

  get count() {
    return this.layer.shape.at(-1);
  }

  name() {
    this.words.textContent = text("crowd", { count: this.count });
    this.element.title = text("crowdHint");
  }

  /**
   * @param box of all of it
   * @param grid {across, pitch}: channels side by side, and CSS pixels from one to the next; 0: there
   *   is only room for the words
   */
  fit(box, { across, pitch }) {
    place(this.element, box);
    const ratio = devicePixelRatio;
    this.across = across;
    this.pitch = Math.round(pitch * ratio);
    this.side = this.pitch - (pitch > LINED ? Math.round(ratio) : 0);
    this.canvas.hidden = pitch === 0;
    if (!pitch) return;
    const rows = Math.ceil(this.count / across);
    this.canvas.width = across * this.pitch;
    this.canvas.height = rows * this.pitch;
    place(this.canvas, { width: this.canvas.width / ratio, height: this.canvas.height / ratio });
  }

  /**
   * @param layers the activations of all layers; null: nothing is read
   * @param slots the channels that are shown large
   * @param strongest of each channel
   */
  paint(layers, slots, strongest, colors) {
    if (this.canvas.hidden) return;
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!layers) return;
    const { values, shape, signed } = layers.get(this.layer.name);
    const [rows, columns] = shape.length === 3 ? shape : [1, 1];
    const most = strongest(this.layer.name, values, this.count);
    this.atlas ??= new Atlas([rows, columns], this.count);
    const all = Array.from({ length: this.count }, (_, channel) => channel);
    this.atlas.fill(values, this.count, all, most, colors.scale.levels(signed));
    context.imageSmoothingEnabled = false;
    const { side, pitch } = this;
    for (let channel = 0; channel < this.count; channel++) {
      const [x, y] = this.#place(channel);
      this.atlas.draw(context, channel, { left: x * pitch, top: y * pitch, width: side, height: side });
    }
    context.strokeStyle = colors.accent;
    context.lineWidth = Math.max(1, Math.round(devicePixelRatio));
    for (const channel of slots) {
      if (channel === null) continue;
      const [x, y] = this.#place(channel);
      context.strokeRect(x * pitch + 0.5, y * pitch + 0.5, side - 1, side - 1);
    }
  }

  #place = (channel) => [channel % this.across, Math.floor(channel / this.across)];
}
