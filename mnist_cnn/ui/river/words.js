// The river in words: its columns' headings, and each tile for those who cannot see it.
import { text } from "../locales/language.js";
import { plainWord } from "../lens/title.js";
import { signed } from "./painter.js";

/** [plain word, technical names] of a column; with their shapes, where it is not short. */
export function headingOf(network, { layer, twin }, isShort) {
  if (!layer) return [plainWord(network, "image"), ["28×28"]];
  const named = [layer, twin].filter(Boolean);
  const written = named.map(({ name, shape }) => (isShort ? name : `${name} ${shape.join("×")}`));
  return [plainWord(network, layer.name), written];
}

/** A tile's label: its column, its channel, and what it brings; scene: null where nothing is read. */
export function tileSentence(network, scene, column, slot, digit) {
  if (column === 0) return text("tilePicture");
  const channel = scene?.slots[column][slot] ?? null;
  if (channel === null) return text("tileEmpty");
  const { columns, brought } = scene;
  const { name } = columns[column].layer;
  const value = signed(brought[column][channel]);
  return text("tileLabel", { word: plainWord(network, name), layer: name, channel, value, digit });
}
