// What a layer is called in plain words, and what a number is called exactly.
import { text } from "./language.js";
import { IMAGE } from "../state/layers.js";

/**
 * What the layer finds, in a word or two; a number follows where several find the like.
 * @param network {layers: [{name, kind}]}
 * @param {string} layer a name, or "image"; a pooled, normalized or flattened layer is called as the
 *   layer with a kernel that it reads
 */
export function plainWord({ layers }, layer) {
  const at = layers.findIndex(({ name }) => name === layer);
  if (layer === IMAGE || at < 0) return text("columnImage");
  if (at === layers.length - 1) return text("columnAnswer");
  const words = wordsOf(layers);
  const found = layers.slice(0, at + 1).findLast(({ name }) => words.has(name));
  return found ? words.get(found.name) : text("columnImage");
}

/** By the names of all convolutions, and of all dense layers but the last. */
function wordsOf(layers) {
  const convolutions = layers.filter(({ kind }) => kind === "Conv2D");
  const votes = layers.slice(0, -1).filter(({ kind }) => kind === "Dense");
  return new Map([
    ...counted(convolutions.slice(0, 1), "columnConv1"),
    ...counted(convolutions.slice(1, -1), "columnConv2"),
    ...counted(convolutions.slice(1).slice(-1), "columnConv3"),
    ...counted(votes, "columnDense"),
  ]);
}

const counted = (layers, key) =>
  layers.map(({ name }, i) => [name, layers.length > 1 ? `${text(key)} ${i + 1}` : text(key)]);

/** The plain word for a number's place: of a digit, which; of a map made smaller, that it is. */
export function wordFor(network, { layer, cell }) {
  const word = plainWord(network, layer);
  if (layer === IMAGE) return word;
  const { kind } = network.layer(layer);
  if (layer === network.layers.at(-1).name) return text("wordDigit", { word, digit: cell[0] });
  if (kind.endsWith("Pooling2D")) return text("wordPooled", { word });
  if (kind === "BatchNormalization") return text("wordNorm", { word });
  return kind === "Flatten" ? text("wordFlat", { word }) : word;
}

/** Where exactly a number stands. */
export function technicalName({ layer, cell }) {
  if (layer === IMAGE) return text("titlePixel", { row: cell[0], column: cell[1] });
  if (cell.length === 1) return text("titleUnit", { layer, unit: cell[0] });
  return text("titleCell", { layer, row: cell[0], column: cell[1], channel: cell[2] });
}
