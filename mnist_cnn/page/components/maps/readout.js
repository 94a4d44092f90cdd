// The line below the maps: which number the pointer is on, and its value.
import { text } from "../../locales/language.js";
import { shortNumber } from "../../locales/numbers.js";
import { follow, listen, valueOf } from "../../state/events.js";

/** Show the number that is pointed at, also while the drawing changes; current: returns {views, network}. */
export function createReadout(readout, current) {
  const write = () => {
    const place = valueOf("point");
    const { views, network } = current();
    const value = (place && views.get(place.layer)?.value(place.cell)) ?? null;
    const idle = text(readout.dataset.idle);
    readout.classList.toggle("telling", value !== null);
    if (value !== null) readout.classList.add("found"); // how to get a number needs no saying now
    readout.textContent = value === null ? idle : inWords(network, place, value);
  };
  follow(["point"], write);
  listen("answer", () => valueOf("point") && write());
}

function inWords(network, { layer, cell }, value) {
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
