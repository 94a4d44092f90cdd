// Several maps of a layer on one small canvas, a pixel for each number, to be drawn from there at any
// size.
import { canvasOf } from "./canvas.js";

export class Atlas {
  /** @param {[number, number]} size rows and columns of a map; @param {number} count maps */
  constructor([rows, columns], count) {
    Object.assign(this, { rows, columns });
    this.canvas = canvasOf(columns, rows * count);
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(columns, rows * count);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /**
   * @param values of a layer, row by row, column by column, channel by channel
   * @param slots the channels to put in; null: nothing
   * @param strongest of each channel: what has the last of the colours
   * @param levels {pixels, zero, span}, of a scale in colormap.js
   */
  fill(values, channels, slots, strongest, { pixels, zero, span }) {
    const cells = this.rows * this.columns;
    slots.forEach((channel, slot) => {
      const most = channel === null ? 0 : strongest(channel);
      const scale = most > 0 ? span / most : 0;
      for (let cell = 0, at = slot * cells; cell < cells; cell++, at++) {
        const value = channel === null ? 0 : values[cell * channels + channel];
        this.pixels[at] = pixels[(value * scale + zero + 0.5) | 0];
      }
    });
    this.context.putImageData(this.image, 0, 0);
  }

  draw(context, slot, { left, top, width, height }) {
    const { rows, columns } = this;
    context.drawImage(this.canvas, 0, slot * rows, columns, rows, left, top, width, height);
  }

  /** One number of it alone. */
  drawCell(context, slot, row, column, { left, top, width, height }) {
    context.drawImage(this.canvas, column, slot * this.rows + row, 1, 1, left, top, width, height);
  }
}

/** The size of the largest number of each channel, whatever its sign; Float32Array. */
export function largestOf(values, channels) {
  const largest = new Float32Array(channels);
  for (let i = 0; i < values.length; i += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const size = Math.abs(values[i + channel]);
      if (size > largest[channel]) largest[channel] = size;
    }
  }
  return largest;
}
