// The layers of a network in the order of the data flow, and the pixels that each cell sees.
import { regionOf } from "../reader/layers.js";

export const IMAGE = "image"; // the picture itself, where every path back ends

const PICTURE = { name: IMAGE, shape: [28, 28, 1] };
const IN_A_ROW = 64; // units of a vector

export class Network {
  /**
   * layers: [{name, kind, shape, field: {rows, columns}}], as network_file.py lists them; the field is the
   * first and last pixel that each row, and each column, of cells sees
   */
  constructor(layers) {
    this.layers = layers;
    this.byName = new Map(layers.map((layer) => [layer.name, layer]));
  }

  layer(name) {
    return this.byName.get(name);
  }

  /** The feature map that flatten lays out, or the picture. */
  get flattened() {
    return this.layers[this.layers.findIndex((layer) => layer.kind === "Flatten") - 1] ?? PICTURE;
  }

  /**
   * How a vector is laid out, {rows, columns, isByPlace}: flatten has a row for each place of its maps
   * where there are several of both, or the rows of its only one. The last row may not be full.
   */
  grid({ kind, shape: [count] }) {
    const [height, width, channels] = kind === "Flatten" ? this.flattened.shape : [1, 1, count];
    const places = height * width;
    if (channels === 1) return { rows: height, columns: width, isByPlace: false };
    if (places > 1) return { rows: places, columns: channels, isByPlace: true };
    return { rows: Math.ceil(count / IN_A_ROW), columns: Math.min(count, IN_A_ROW), isByPlace: false };
  }

  /** The same number in flatten and in the map it lays out, as [layer, cell], or null. */
  twin(name, cell) {
    const map = this.flattened;
    const [, width, channels] = map.shape;
    if (name === map.name) {
      const [row, column, channel = 0] = cell; // of the picture
      const flatten = this.layers.find((layer) => layer.kind === "Flatten");
      return [flatten.name, [(row * width + column) * channels + channel]];
    }
    if (this.layer(name)?.kind !== "Flatten") return null;
    const place = Math.floor(cell[0] / channels);
    const at = [Math.floor(place / width), place % width];
    return [map.name, map === PICTURE ? at : [...at, cell[0] % channels]];
  }

  /** The place of a number: {layer, cell, region}. */
  place(name, cell) {
    return { layer: name, cell, region: this.#region(name, cell) };
  }

  #region(name, cell) {
    if (name === IMAGE) return pixel(cell);
    const layer = this.layer(name);
    const [row, column] = layer.kind === "Flatten" ? this.twin(name, cell)[1] : cell;
    return regionOf(layer.field, row, column);
  }
}

const pixel = ([row, column]) => ({ left: column, top: row, right: column + 1, bottom: row + 1 });
