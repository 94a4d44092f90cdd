// A dense unit: every input times its weight, then bias and activation, or softmax over all units.
import { text } from "../../../locales/language.js";
import { closing, fedBy, line, link, rest, signOf, towards } from "./arithmetic.js";
import { make } from "../../../dom/elements.js";
import { shortNumber } from "../../../locales/numbers.js";
import { technicalName } from "../../../locales/layer-names.js";
import { largest } from "../../../painting/map.js";
import { sum } from "../../../reader/math.js";

const SHOWN_INPUTS = 6; // inputs, the largest first

export function dense(explanation, network, links, open) {
  const count = explanation.units.length;
  return [
    make("p", "hint", text("workingDense", { count, layer: explanation.inputs.layer })),
    ...terms(explanation, network, links, open),
    closing(text("sumOfInputs", { count }), sum(explanation.products), explanation),
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
    ...terms(explanation, network, links, open),
    closing(text("sumOfInputs", { count: units.length }), sum(explanation.products), explanation),
  ];
}

function terms(explanation, network, links, open) {
  const { products } = explanation;
  const most = largest(products);
  const row = (i) => termRow(explanation, i, most, network, links);
  const order = products.map((_, i) => i);
  const others = order.slice(SHOWN_INPUTS);
  const table = make("div", "terms", ...order.slice(0, SHOWN_INPUTS).map(row));
  if (!others.length) return [table];
  const all = shortNumber(sum(others.map((i) => products[i])));
  const summary = text("moreInputs", { count: others.length, sum: all });
  return [table, rest(summary, open, () => [make("div", "terms", ...others.map(row))])];
}

function termRow({ inputs, units, values, weights, products }, i, most, network, links) {
  const unit = [units[i]];
  const row = make(
    "div",
    "term",
    link(towards(links, inputs.layer, unit), sourceName(network, inputs.layer, unit)),
    make("span", "", `${shortNumber(values[i])} × ${shortNumber(weights[i])}`),
    make("b", "", shortNumber(products[i])),
    bar(products[i] / most),
  );
  return fedBy(row, inputs.layer, units[i], products[i]);
}

/** What an input is called: of flatten, the cell that it lays out. */
function sourceName(network, layer, unit) {
  const twin = network.twin(layer, unit);
  if (!twin) return technicalName({ layer, cell: unit });
  return technicalName({ layer: twin[0], cell: twin[1] });
}

function exponentialTable({ cell, logits, exponentials, denominator, layer }, links) {
  const rows = logits.map((logit, digit) => {
    const name = link(towards(links, layer, [digit]), String(digit));
    const row = make(
      "div",
      "term",
      name,
      make("span", "", `exp(${shortNumber(logit - Math.max(...logits))})`),
      make("b", "", plain(exponentials[digit])),
      bar(exponentials[digit] / denominator),
    );
    row.classList.toggle("current", digit === cell[0]);
    return row;
  });
  return make("div", "terms exponentials", ...rows);
}

function bar(share) {
  const fill = make("i", `fill ${signOf(share)}`);
  fill.style.width = `${Math.abs(share) * 100}%`;
  return make("span", "bar", fill);
}

/** Three decimals, or two significant digits of smaller numbers: 0.00011. */
function plain(number) {
  if (number >= 0.0005 || number < 1e-12) return number.toFixed(3);
  return number.toFixed(1 - Math.floor(Math.log10(number)));
}
