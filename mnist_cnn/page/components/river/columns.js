// The river's columns: what stands beside what, from the picture to the votes. The digits, behind
// the last of them, are the answer's.

/**
 * A column is {kind, layer, twin}:
 *   image  the picture; there is no layer
 *   maps   a convolution; twin: the last maps that pooling and normalization make of it, or, where
 *          there are none, the flatten that reads it, or null
 *   units  a dense layer that is not the last
 * @param layers of the network, as network_file.py lists them
 */
export function columnsOf(layers) {
  const columns = [{ kind: "image", layer: null, twin: null }];
  layers.slice(0, -1).forEach((layer, i) => {
    if (layer.kind === "Conv2D") columns.push({ kind: "maps", layer, twin: twinOf(layers.slice(i + 1)) });
    else if (layer.kind === "Dense") columns.push({ kind: "units", layer, twin: null });
  });
  return columns;
}

function twinOf(after) {
  const next = after.slice(0, after.findIndex(({ kind }) => kind === "Conv2D" || kind === "Dense"));
  return next.findLast(({ kind }) => kind !== "Flatten") ?? next[0] ?? null;
}
