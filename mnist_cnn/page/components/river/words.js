// The river in words: the headings of its columns, and a label of each tile for screen readers.
import { text } from "../../locales/language.js";
import { plainWord } from "../../locales/layer-names.js";
import { withSign } from "../../locales/numbers.js";

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
  const { kind, layer: { name } } = columns[column];
  const value = withSign(brought[column][channel]);
  const key = kind === "units" ? "tileLabelUnit" : "tileLabel";
  return text(key, { word: plainWord(network, name), layer: name, channel, value, digit });
}
