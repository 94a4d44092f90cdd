// What a layer is called in plain words, and what a number is called exactly.
import { text } from "../locales/language.js";
import { IMAGE } from "../maps/network.js";

const CONVOLUTIONS = ["columnConv1", "columnConv2", "columnConv3"];

/**
 * What the layer finds, in a word or two.
 * @param network {layers: [{name, kind}]}
 * @param {string} layer a name, or "image"; a pooled or flattened layer is called as the convolution
 *   that it reads
 */
export function plainWord({ layers }, layer) {
  const at = layers.findIndex(({ name }) => name === layer);
  if (layer === IMAGE || at < 0) return text("columnImage");
  if (at === layers.length - 1) return text("columnAnswer");
  const { kind } = layers[at];
  if (kind === "Dense") return text("columnDense");
  const place = layers.slice(0, at + 1).filter((one) => one.kind === "Conv2D").length;
  if (place === 0) return text("columnImage"); // of a network without convolutions
  return text(CONVOLUTIONS[Math.min(place, CONVOLUTIONS.length) - 1]);
}

/** The plain word for a number's place: of a digit, which; of a map made smaller, that it is. */
export function wordFor(network, { layer, cell }) {
  const word = plainWord(network, layer);
  if (layer === IMAGE) return word;
  const { kind } = network.layer(layer);
  if (layer === network.layers.at(-1).name) return text("wordDigit", { word, digit: cell[0] });
  if (kind.endsWith("Pooling2D")) return text("wordPooled", { word });
  return kind === "Flatten" ? text("wordFlat", { word }) : word;
}

/** Where exactly a number stands. */
export function technicalName({ layer, cell }) {
  if (layer === IMAGE) return text("titlePixel", { row: cell[0], column: cell[1] });
  if (cell.length === 1) return text("titleUnit", { layer, unit: cell[0] });
  return text("titleCell", { layer, row: cell[0], column: cell[1], channel: cell[2] });
}
