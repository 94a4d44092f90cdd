// Decodes the drawing route's bytes; their layout is described in mnist_cnn/payload.py.

/**
 * Throws an Error with `refused`, the server's sentence or its key, when that is what came.
 * @returns {{empty: true} | {
 *   digit: number, doubt: string|null, probabilities: Float32Array,
 *   box: number[], scaled: number[], offset: number[], image: Uint8Array,
 *   layers: Map<string, Layer>}}
 * `layers` holds those that were asked for. A Layer is {name, shape, levels, maxima} for feature maps, in 8 bits per channel, and
 * {name, shape, values} for dense layers.
 */
export function decode(buffer) {
  const headerLength = new DataView(buffer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, headerLength));
  const header = JSON.parse(text);
  if (header.empty) return { empty: true };
  if (header.error) {
    throw Object.assign(new Error(header.error), { refused: header.key ?? header.error });
  }

  const layers = new Map(
    header.layers.map(([name, ...shape]) => [name, { name, shape }]),
  );
  const maps = [...layers.values()].filter((layer) => layer.shape.length === 3);
  const units = [...layers.values()].filter(
    (layer) => layer.shape.length === 1 && layer.name !== "flatten",
  );

  let at = 4 + headerLength;
  const floats = (count) => {
    const values = new Float32Array(buffer, at, count);
    at += 4 * count;
    return values;
  };
  const bytes = (count) => {
    const values = new Uint8Array(buffer, at, count);
    at += count;
    return values;
  };
  for (const layer of maps) layer.maxima = floats(layer.shape[2]);
  for (const layer of units) layer.values = floats(layer.shape[0]);
  const image = bytes(28 * 28);
  for (const layer of maps) layer.levels = bytes(size(layer.shape));
  if (layers.has("flatten")) flatten(layers, maps[maps.length - 1]);
  return { ...header, layers, image, probabilities: layers.get("softmax").values };
}

const size = (shape) => shape.reduce((product, side) => product * side, 1);

/** Flatten is the last feature map, row by row, column by column, channel by channel. */
function flatten(layers, source) {
  const channels = source.shape[2];
  const values = new Float32Array(source.levels.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = (source.levels[i] / 255) * source.maxima[i % channels];
  }
  layers.get("flatten").values = values;
}
