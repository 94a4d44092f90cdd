// Finds the elements that show a channel: a tile of the river, a digit of the answer, or a channel of an
// unfolded layer.
import { IMAGE } from "../../state/layers.js";

/** The tile of a channel, or of the map it is made of; null: none is on the page. */
export function tileOf(network, layer, channel) {
  for (const [name, at] of shownAs(network, layer, channel)) {
    const tile = [...document.querySelectorAll(selector(name, at))].find(isThere);
    if (tile) return tile;
  }
  return null;
}

/**
 * What shows the number that is looked into, and must not be covered.
 * @param opener the element with which it was chosen: what is in the same layer comes first
 */
export function explainedOf(network, { layer, cell }, opener) {
  const unfolded = unfoldedOf(layer);
  if (unfolded && opener?.closest("#maps figure") === unfolded.closest("figure")) return unfolded;
  return tileOf(network, layer, cell.at(-1)) ?? unfolded;
}

function selector(layer, channel) {
  const named = `[data-layer="${CSS.escape(layer)}"]`;
  if (layer === IMAGE) return `#river .tile${named}`;
  const one = `${named}[data-channel="${channel}"]`;
  return `#river .tile${one}, #answer li${one}`;
}

/** A channel, and what stands for it where it has no tile: a map pooled or flattened is that map. */
function* shownAs(network, layer, channel) {
  yield [layer, channel];
  const at = network.layers.findIndex(({ name }) => name === layer);
  const before = network.layers[at - 1];
  if (!before) return;
  const { kind } = network.layers[at];
  if (["Conv2D", "Dense"].includes(kind)) return;
  yield* shownAs(network, before.name, channel % before.shape.at(-1));
}

/** What outlines the number, or its channel, in the wall of its layer. */
function unfoldedOf(layer) {
  const figure = document.querySelector(`#maps figure[data-layer="${CSS.escape(layer)}"]`);
  return [...(figure?.querySelectorAll(".frame, .cell.selected") ?? [])].find(isThere) ?? null;
}

const isThere = (element) => element.getClientRects().length > 0;
