// A dense unit: every input times its weight, then bias and ReLU, or the softmax over all units.
import { text } from "../locales/language.js";
import { signedColor } from "../maps/colormap.js";
import { shortNumber } from "../maps/readout.js";
import { closing, line, link, make, rest, towards } from "./elements.js";

const SHOWN = 6; // inputs, the largest first

export function dense(explanation, network, links, open) {
  const count = explanation.units.length;
  return [
    closing(text("sumOfInputs", { count }), add(explanation.products), explanation),
    make("p", "hint", text("workingDense", { count, layer: explanation.inputs.layer })),
    ...terms(explanation, network, links, open),
  ];
}

export function softmax(explanation, network, links, open) {
  const { cell, exponentials, denominator, value, total, units } = explanation;
  return [
    line(
      [text("exponential"), exponentials[cell[0]]],
      "÷",
      [text("sumOfAll", { count: exponentials.length }), denominator],
      "=",
      [text("probabilityOf", { digit: cell[0] }), value],
    ),
    make("p", "hint", text("workingSoftmax")),
    exponentialTable(explanation, links),
    make("h3", "", text("logitOf", { digit: cell[0], logit: shortNumber(total) })),
    closing(text("sumOfInputs", { count: units.length }), add(explanation.products), explanation),
    ...terms(explanation, network, links, open),
  ];
}

function terms(explanation, network, links, open) {
  const { products } = explanation;
  const most = Math.max(...products.map(Math.abs), 1e-9);
  const row = (i) => termRow(explanation, i, most, network, links);
  const order = products.map((_, i) => i);
  const others = order.slice(SHOWN);
  const table = make("div", "terms", ...order.slice(0, SHOWN).map(row));
  if (!others.length) return [table];
  const sum = shortNumber(add(others.map((i) => products[i])));
  const summary = text("moreInputs", { count: others.length, sum });
  return [table, rest(summary, open, () => [make("div", "terms", ...others.map(row))])];
}

function termRow({ inputs, units, values, weights, products }, i, most, network, links) {
  const unit = [units[i]];
  return make(
    "div",
    "term",
    link(towards(links, inputs.layer, unit), sourceName(network, inputs.layer, unit)),
    make("span", "", `${shortNumber(values[i])} × ${shortNumber(weights[i])}`),
    make("b", "", shortNumber(products[i])),
    bar(products[i] / most),
  );
}

/** What an input is called: of flatten, the cell that it lays out. */
function sourceName(network, layer, unit) {
  const twin = network.twin(layer, unit);
  if (!twin) return text("titleUnit", { layer, unit: unit[0] });
  const [row, column, channel] = twin[1];
  return text("sourceOfFlatten", { index: unit[0], layer: twin[0], row, column, channel });
}

function exponentialTable({ cell, logits, exponentials, denominator, layer }, links) {
  const rows = logits.map((logit, digit) => {
    const name = link(towards(links, layer, [digit]), String(digit));
    const row = make(
      "div",
      "term",
      name,
      make("span", "", `exp(${shortNumber(logit - Math.max(...logits))})`),
      make("b", "", shortNumber(exponentials[digit])),
      bar(exponentials[digit] / denominator),
    );
    row.classList.toggle("current", digit === cell[0]);
    return row;
  });
  return make("div", "terms exponentials", ...rows);
}

function bar(share) {
  const fill = make("i", "fill");
  fill.style.width = `${Math.abs(share) * 100}%`;
  fill.style.background = `rgb(${signedColor(share)})`;
  return make("span", "bar", fill);
}

const add = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
