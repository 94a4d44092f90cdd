// The river's columns: what stands beside what, from the picture to the votes. The digits, behind
// the last of them, are the answer's.

/**
 * A column is {kind, layer, twin}:
 *   image  the picture; there is no layer
 *   maps   a convolution; twin: the pooling that reads it, or the flatten, or null
 *   units  a dense layer that is not the last
 * @param layers of the network, as telling.py lists them
 */
export function columnsOf(layers) {
  const columns = [{ kind: "image", layer: null, twin: null }];
  layers.slice(0, -1).forEach((layer, i) => {
    if (layer.kind === "Conv2D") columns.push({ kind: "maps", layer, twin: twinOf(layers[i + 1]) });
    else if (layer.kind === "Dense") columns.push({ kind: "units", layer, twin: null });
  });
  return columns;
}

const twinOf = (next) => (next.kind === "Conv2D" || next.kind === "Dense" ? null : next);

/** How many feature maps a network has, those of pooling with them. */
export const mapsOf = (layers) =>
  layers.reduce((sum, { shape }) => sum + (shape.length === 3 ? shape[2] : 0), 0);
