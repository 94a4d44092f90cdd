// The river in words: its columns' headings, and each tile for those who cannot see it.
import { text } from "../locales/language.js";
import { plainWord } from "../lens/title.js";
import { signed } from "./painter.js";

/** [plain word, technical name, how many of how many are shown] of a column. */
export function headingOf(network, { layer }, slots) {
  if (!layer) return [plainWord(network, "image"), "28×28", null];
  const all = layer.shape.at(-1);
  const shown = layer.shape.length === 3 ? { count: slots, all } : null;
  return [plainWord(network, layer.name), shown ? layer.name : `${layer.name} · ${all}`, shown];
}

/** A tile's label: its column, its channel, and what it brings. */
export function tileSentence(network, { slots, columns, brought }, column, slot, digit) {
  if (column === 0) return text("tilePicture");
  const channel = slots[column][slot];
  if (channel === null) return text("tileEmpty");
  const { name } = columns[column].layer;
  const value = signed(brought[column][channel]);
  return text("tileLabel", { word: plainWord(network, name), layer: name, channel, value, digit });
}
