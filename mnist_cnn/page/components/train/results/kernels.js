// The kernels of every convolution, before and after: blue adds, orange takes away.
import { canvasFrom } from "../../../painting/canvas.js";
import { largest } from "../../../painting/map.js";
import { make, set } from "../../../dom/elements.js";
import { text } from "../../../locales/language.js";
import { signedPixel } from "../../../painting/colormap.js";
import { addressOf, fileAt } from "../../../state/network-files.js";

const COLUMNS = { first: 16, deep: 64 }; // kernels side by side

/** The kernels of a network, {reference, version}: [{rows, columns, inputs, outputs, values}], conv1 first. */
export const kernelsOf = async (network) => convolutionsOf(await fileAt(addressOf(network)));

/** The same of a Network of reader/network.js. */
export function convolutionsOf({ layers, weights }) {
  const convolutions = layers.filter(({ kind }) => kind === "Conv2D");
  return convolutions.map(({ name, arrays: [[rows, columns, inputs, outputs]] }) => {
    return { rows, columns, inputs, outputs, values: weights.get(name)[0] };
  });
}

/**
 * Fill `element` with a picture for each convolution.
 * @param moments [[caption, kernels]], such as before and after
 */
export function showKernels(element, moments) {
  element.replaceChildren(
    ...moments[0][1].map((_, layer) => {
      const figures = moments.map(([caption, kernels]) => figure(kernels[layer], layer, caption));
      return make("div", layer === 0 ? "first" : "deep", ...figures);
    }),
  );
}

function figure(kernel, layer, caption) {
  const { inputs, outputs, rows, columns } = kernel;
  const about = { layer: `conv${layer + 1}`, outputs, inputs, rows, columns, caption };
  const words = text("kernelsOf", about);
  const canvas = paintKernel(kernel, inputs === 1 ? COLUMNS.first : COLUMNS.deep);
  set(canvas, { role: "img", "aria-label": words });
  return make("figure", "", make("figcaption", "", words), canvas);
}

/** One tile for each pair of channels: outputs across, inputs down; of one input, in rows of `across`. */
export function paintKernel({ rows, columns, inputs, outputs, values }, across) {
  const tiles = inputs * outputs;
  const width = across * (columns + 1) - 1;
  const pixels = new Uint32Array(width * (Math.ceil(tiles / across) * (rows + 1) - 1));
  const most = largest(values);
  for (let i = 0; i < values.length; i++) {
    const tile = i % tiles; // input by input, output by output
    const place = Math.floor(i / tiles); // in the kernel, row by row
    const x = (tile % across) * (columns + 1) + (place % columns);
    const y = Math.floor(tile / across) * (rows + 1) + Math.floor(place / columns);
    pixels[y * width + x] = signedPixel(values[i] / most);
  }
  return canvasFrom(pixels, width, (pixel) => pixel);
}
