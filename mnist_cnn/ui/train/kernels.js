// The kernels of every convolution, before and after: blue adds, orange takes away.
import { text } from "../locales/language.js";
import { signedPixel } from "../maps/colormap.js";
import { addressOf, fileAt } from "../network/files.js";

const COLUMNS = { first: 16, deep: 64 }; // kernels side by side

/** The kernels of a network, {reference, version}: [{rows, columns, inputs, outputs, values}], conv1 first. */
export async function kernelsOf(network) {
  const { layers, weights } = await fileAt(addressOf(network));
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
      const group = document.createElement("div");
      group.className = layer === 0 ? "first" : "deep";
      group.append(
        ...moments.map(([caption, kernels]) => figure(kernels[layer], layer, caption)),
      );
      return group;
    }),
  );
}

function figure(kernel, layer, caption) {
  const element = document.createElement("figure");
  const words = document.createElement("figcaption");
  const { inputs, outputs, rows, columns } = kernel;
  words.textContent = text("kernelsOf", {
    layer: `conv${layer + 1}`, outputs, inputs, rows, columns, caption,
  });
  const canvas = paint(kernel);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.textContent);
  element.append(words, canvas);
  return element;
}

/** One tile for each pair of channels: outputs across, inputs down; of one input, in rows. */
function paint({ rows, columns, inputs, outputs, values }) {
  const across = inputs === 1 ? COLUMNS.first : COLUMNS.deep;
  const tiles = inputs * outputs;
  const canvas = document.createElement("canvas");
  canvas.width = across * (columns + 1) - 1;
  canvas.height = Math.ceil(tiles / across) * (rows + 1) - 1;
  const image = new ImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const most = values.reduce((m, value) => Math.max(m, Math.abs(value)), 1e-9);
  for (let i = 0; i < values.length; i++) {
    const tile = i % tiles; // input by input, output by output
    const place = Math.floor(i / tiles); // in the kernel, row by row
    const x = (tile % across) * (columns + 1) + (place % columns);
    const y = Math.floor(tile / across) * (rows + 1) + Math.floor(place / columns);
    pixels[y * canvas.width + x] = signedPixel(values[i] / most);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
