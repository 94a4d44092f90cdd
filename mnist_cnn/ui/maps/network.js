// What the page knows of the network: its layers in the order data flows, and what each cell sees.

export const IMAGE = "image"; // the picture itself, where every path back ends

export class Network {
  /**
   * layers: [{name, kind, shape, field: {rows, columns}}], as page.py lists them; the field is the
   * first and last pixel that each row, and each column, of cells sees
   */
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
    const { rows, columns } = layer.field;
    const [top, bottom] = rows.length > 1 ? rows[row] : rows[0]; // units of a vector see the same
    const [left, right] = columns.length > 1 ? columns[column] : columns[0];
    return { left, top, right: right + 1, bottom: bottom + 1 };
  }
}

const pixel = ([row, column]) => ({ left: column, top: row, right: column + 1, bottom: row + 1 });
