// What the page knows of the network: its layers in the order data flows, and what each cell sees.

const IMAGE_SIZE = 28; // pixels
export const IMAGE = "image"; // the picture itself, where every path back ends

export class Network {
  /** layers: [{name, kind, shape, field: {size, stride, start}}], as page.py lists them */
  constructor(layers) {
    this.layers = layers;
    this.byName = new Map(layers.map((layer) => [layer.name, layer]));
  }

  layer(name) {
    return this.byName.get(name);
  }

  /** The feature map that flatten lays out. */
  get flattened() {
    return this.layers[this.layers.findIndex((layer) => layer.kind === "Flatten") - 1];
  }

  /** How a vector is laid out, [rows, columns]: flatten has a row for each place of its map. */
  grid({ kind, shape }) {
    if (kind !== "Flatten") return [1, shape[0]];
    const [height, width, channels] = this.flattened.shape;
    return [height * width, channels];
  }

  /** The same number in flatten and in the map it lays out, as [layer, cell], or null. */
  twin(name, cell) {
    const map = this.flattened;
    const [, width, channels] = map.shape;
    if (name === map.name) {
      const [row, column, channel] = cell;
      const flatten = this.layers.find((layer) => layer.kind === "Flatten");
      return [flatten.name, [(row * width + column) * channels + channel]];
    }
    if (this.layer(name)?.kind !== "Flatten") return null;
    const place = Math.floor(cell[0] / channels);
    return [map.name, [Math.floor(place / width), place % width, cell[0] % channels]];
  }

  /** The place of a number: {layer, cell, region}. */
  place(name, cell) {
    return { layer: name, cell, region: this.#region(name, cell) };
  }

  #region(name, cell) {
    if (name === IMAGE) return pixel(cell);
    const layer = this.layer(name);
    const [row, column] = layer.kind === "Flatten" ? this.twin(name, cell)[1] : cell;
    const { size, stride, start } = layer.field;
    const top = start[0] + stride[0] * row;
    const left = start[1] + stride[1] * (column ?? 0); // a unit of a vector has no column
    return {
      left: Math.max(0, left),
      top: Math.max(0, top),
      right: Math.min(IMAGE_SIZE, left + size[1]),
      bottom: Math.min(IMAGE_SIZE, top + size[0]),
    };
  }
}

const pixel = ([row, column]) => ({ left: column, top: row, right: column + 1, bottom: row + 1 });
