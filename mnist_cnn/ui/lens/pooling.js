// Pooling keeps one number of its window; flatten keeps them all and only lays them out in a row.
import { text } from "../locales/language.js";
import { shortNumber } from "../maps/readout.js";
import { fedBy, line, link, make, tile, towards } from "./elements.js";
import { scaleOf } from "./map.js";

export function pooling({ how, inputs, window, winner, value }, network, links) {
  const most = window.flat().reduce((a, b) => Math.max(a, b), 1e-9);
  const cellAt = (row, column) => [inputs.row + row, inputs.column + column, inputs.channel];
  const grid = tile(
    window,
    (number) => scaleOf(inputs.layer).shade(number / most),
    (row, column) => towards(links, inputs.layer, cellAt(row, column)),
  );
  grid.classList.add("large");
  if (winner) grid.children[winner[0] * window[0].length + winner[1]].classList.add("winner");
  const count = window.flat().length;
  const row = make("div", "row", grid, make("span", "sign", "→"), make("b", "sum", shortNumber(value)));
  return [
    make("p", "hint", text(how === "max" ? "workingMax" : "workingAverage", { layer: inputs.layer })),
    fedBy(row, inputs.layer, inputs.channel, value),
    line([text(how === "max" ? "largestOf" : "meanOf", { count }), value]),
  ];
}

export function flatten({ inputs, value }, network, links) {
  const { layer, row, column, channel } = inputs;
  const name = text("titleCell", { layer, row, column, channel });
  return [
    make("p", "hint", text("workingFlatten", { layer })),
    fedBy(make("p", "", link(towards(links, layer, [row, column, channel]), name)), layer, channel, value),
    line([text("copied"), value]),
  ];
}
