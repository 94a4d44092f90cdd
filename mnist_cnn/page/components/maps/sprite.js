// All channels of one layer as one picture: one canvas pixel for each activation, a line between
// channels. A channel that is off is as empty as paper.
import { largestOf } from "../../painting/atlas.js";
import { pageScale } from "../../painting/colormap.js";

export class Sprite {
  /**
   * @param {[number, number, number]} shape height, width, channels
   * @param {number} columns channels side by side
   * @param colors {scale, gap}: of colormap.js, the page's if none is given, and the colour
   *   between channels, as a 32-bit pixel
   */
  constructor(canvas, [height, width, channels], columns, { scale = pageScale(), gap = 0 } = {}) {
    Object.assign(this, { canvas, height, width, channels, columns, scale });
    this.rows = Math.ceil(channels / columns);
    canvas.width = columns * (width + 1) - 1;
    canvas.height = this.rows * (height + 1) - 1;
    this.context = canvas.getContext("2d");
    this.image = this.context.createImageData(canvas.width, canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.pixels.fill(gap);
  }

  /** Show all channels as off; count: of the layer's numbers. */
  clear(count) {
    this.paint({ values: new Float32Array(count), signed: false }, false);
  }

  /**
   * @param layer {values, signed}: the activations, row by row, column by column, channel by channel,
   *   where the last row of a vector may have fewer; and whether some may be below 0
   * @param {boolean} perChannel each channel on its own scale, instead of one scale for the layer
   */
  paint({ values, signed }, perChannel) {
    const { height, width, channels, columns, pixels } = this;
    const { pixels: colors, zero, span } = this.scale.levels(signed);
    const largest = largestOf(values, channels);
    const strongest = largest.reduce((most, value) => Math.max(most, value), 0);
    const stride = this.canvas.width;
    for (let channel = 0; channel < channels; channel++) {
      const most = perChannel ? largest[channel] : strongest;
      const scale = most > 0 ? span / most : 0;
      const row = Math.floor(channel / columns) * (height + 1);
      const column = (channel % columns) * (width + 1);
      let from = channel;
      for (let y = 0; y < height; y++) {
        let to = (row + y) * stride + column;
        for (let x = 0; x < width && from < values.length; x++, from += channels) {
          pixels[to++] = colors[(values[from] * scale + zero + 0.5) | 0];
        }
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }

  /** The cell under a point given in canvas pixels: {channel, row, column}, or null in a gap. */
  locate(x, y) {
    const across = Math.floor(x / (this.width + 1));
    const down = Math.floor(y / (this.height + 1));
    const column = Math.floor(x - across * (this.width + 1));
    const row = Math.floor(y - down * (this.height + 1));
    const channel = down * this.columns + across;
    const outside = x < 0 || y < 0 || across >= this.columns || channel >= this.channels;
    return outside || column >= this.width || row >= this.height ? null : { channel, row, column };
  }

  /** Where a channel stands, in shares of the canvas: {left, top, width, height}. */
  place(channel) {
    const { canvas } = this;
    return {
      left: ((channel % this.columns) * (this.width + 1)) / canvas.width,
      top: (Math.floor(channel / this.columns) * (this.height + 1)) / canvas.height,
      width: this.width / canvas.width,
      height: this.height / canvas.height,
    };
  }

  /** Where a cell stands, in the same shares. */
  cellPlace(row, column, channel) {
    const { width, height } = this.canvas;
    const { left, top } = this.place(channel);
    return {
      left: left + column / width,
      top: top + row / height,
      width: 1 / width,
      height: 1 / height,
    };
  }
}

/**
 * How many channels to put side by side, and how many screen pixels to give an activation, so
 * that the layer is as large as fits: whole screen pixels, so that it stays crisp. One that does not
 * fit is as wide as what is available, and as tall as it gets.
 */
export function layout([height, width, channels], available, tallest, largestCell) {
  let best = { columns: 1, zoom: 0, rows: channels };
  for (let columns = 1; columns <= channels; columns *= 2) {
    const rows = Math.ceil(channels / columns);
    const zoom = Math.min(
      Math.floor(available / (columns * (width + 1) - 1)),
      Math.floor(tallest / (rows * (height + 1) - 1)),
      Math.floor(largestCell / width),
    );
    if (zoom > best.zoom || (zoom === best.zoom && rows < best.rows)) best = { columns, zoom, rows };
  }
  if (best.zoom > 0) return best;
  const columns = Math.max(1, Math.min(channels, Math.floor((available + 1) / (width + 1))));
  return { columns, zoom: 1, rows: Math.ceil(channels / columns) };
}
