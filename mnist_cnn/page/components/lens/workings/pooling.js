// Pooling keeps one number of its window; normalization moves each number alike; flatten keeps them all
// and only lays them out in a row.
import { text } from "../../../locales/language.js";
import { IMAGE } from "../../../state/layers.js";
import { activated, fedBy, line, link, towards, windowTile } from "./arithmetic.js";
import { make } from "../../../dom/elements.js";
import { shortNumber } from "../../../locales/numbers.js";
import { largest, mapOf } from "../../../painting/map.js";
import { technicalName } from "../../../locales/layer-names.js";

export function pooling(explanation, network, links, open, answer) {
  const { how, inputs, window, winner, value, total } = explanation;
  const cellAt = (row, column) => [inputs.row + row, inputs.column + column, inputs.channel];
  const map = mapOf(answer, inputs.layer);
  const grid = windowTile(window, map, largest(window.flat()), (row, column) =>
    towards(links, inputs.layer, cellAt(row, column)),
  );
  if (winner && grid.children.length) grid.children[winner[0] * window[0].length + winner[1]].classList.add("winner");
  const count = window.flat().length;
  const row = make("div", "row", grid, make("span", "sign", "→"), make("b", "sum", shortNumber(value)));
  return [
    make("p", "hint", text(how === "max" ? "workingMax" : "workingAverage", { layer: inputs.layer })),
    fedBy(row, inputs.layer, inputs.channel, value),
    line([text(how === "max" ? "largestOf" : "meanOf", { count }), total], ...activated(explanation)),
  ];
}

export function normalization(explanation, network, links) {
  const { inputs, read, scale, shift, total, value } = explanation;
  const { layer, row, column, channel } = inputs;
  const cell = row === undefined ? [channel] : [row, column, channel];
  const source = link(towards(links, layer, cell), technicalName({ layer, cell }));
  return [
    make("p", "hint", text("workingNorm", { layer })),
    fedBy(make("p", "", source), layer, channel, value),
    line(
      [text("numberRead"), read],
      "×",
      [text("scaleOfChannel"), scale],
      "+",
      [text("shiftOfChannel"), shift],
      "=",
      [text("total"), total],
      ...activated(explanation),
    ),
  ];
}

export function flatten({ inputs, value }, network, links) {
  const { layer, row, column, channel } = inputs;
  const cell = [row, column, channel];
  const source = link(towards(links, layer, cell), technicalName({ layer, cell }));
  return [
    make("p", "hint", layer === IMAGE ? text("workingFlattenPicture") : text("workingFlatten", { layer })),
    fedBy(make("p", "", source), layer, channel, value),
    line([text("copied"), value]),
  ];
}
