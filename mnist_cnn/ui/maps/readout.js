// A number of the network in words: where it is and what it is.
import { text } from "../locales/language.js";

export function inWords(network, { layer, cell }, value) {
  const shown = shortNumber(value);
  if (cell.length === 3) {
    const [row, column, channel] = cell;
    return text("readMap", { layer, channel, row, column, value: shown });
  }
  if (network.layer(layer).kind !== "Flatten") {
    return text("readUnit", { layer, unit: cell[0], value: shown });
  }
  const [, [row, column, channel]] = network.twin(layer, cell);
  const place = { index: cell[0], count: network.layer(layer).shape[0], row, column };
  if (channel === undefined) return text("readFlattenPicture", { ...place, value: shown });
  return text("readFlatten", { ...place, channel, value: shown });
}

/** Three decimals, or the order of magnitude of what would be 0.000. */
export function shortNumber(value) {
  const plain = value === 0 || Math.abs(value) >= 0.0005;
  return (plain ? value.toFixed(3) : value.toExponential(1)).replace("-", "−");
}
