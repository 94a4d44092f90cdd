// Arithmetic as it stands on the page: grids of numbers, links to numbers, lines such as a + b = c.
import { button, make, onPointing } from "../../../dom/elements.js";
import { text } from "../../../locales/language.js";
import { compact, shortNumber } from "../../../locales/numbers.js";
import { paintMap, shadeOf } from "../../../painting/map.js";

const LARGE = 3; // numbers in a row at most, to write them large
const LEGIBLE = 8; // the same, to write them at all

/**
 * A grid of numbers.
 * @param {number[][]} rows
 * @param colors returns the {background, color} of a number
 * @param [pick] returns, for (row, column), the {follow, point} of a number that is a link
 */
export function tile(rows, colors, pick) {
  const grid = make("div", "tile");
  grid.style.gridTemplateColumns = `repeat(${rows[0].length}, var(--side))`;
  rows.forEach((numbers, row) =>
    numbers.forEach((number, column) => {
      const cell = pick ? link(pick(row, column), compact(number)) : make("span", "", compact(number));
      Object.assign(cell.style, colors(number));
      cell.title = shortNumber(number);
      grid.append(cell);
    }),
  );
  return grid;
}

/**
 * The numbers in a pooling window; a picture of them if they are too many to read.
 * @param map the map below the window, see painting/map.js
 * @param pick as for `tile`
 */
export function windowTile(window, map, most, pick) {
  const [height, width] = [window.length, window[0].length];
  if (width > LEGIBLE) {
    const canvas = make("canvas", "window");
    paintMap(canvas, { ...map, shape: [height, width] }, window.flat());
    return canvas;
  }
  const grid = tile(window, shadeOf(map, most), pick);
  grid.classList.toggle("large", width <= LARGE);
  return grid;
}

/** A button that leads to where a number comes from; pointing at it outlines that place. */
export function link({ follow, point }, ...content) {
  const element = button("link", follow, ...content);
  onPointing(element, point);
  return element;
}

/** The {follow, point} of a link to a cell. */
export const towards = (links, layer, cell) => ({
  follow: () => links.follow(layer, cell),
  point: (on) => links.point(on ? layer : null, cell),
});

/** Mark an element as what a channel adds to a sum: a line then ties it to that channel's tile. */
export function fedBy(element, layer, channel, sum) {
  Object.assign(element.dataset, { source: layer, channel, sum });
  return element;
}

/** The CSS class of a sign: blue adds, orange takes away. */
export const signOf = (number) => (number < 0 ? "takes" : "adds");

/**
 * A line of arithmetic: [label, number] pairs between signs, like "sum + bias = total". It breaks before
 * a sign.
 */
export function line(first, ...parts) {
  const steps = [];
  for (let i = 0; i < parts.length; i += 2) {
    steps.push(make("span", "step", make("span", "sign", parts[i]), quantity(...parts[i + 1])));
  }
  return make("p", "line", quantity(...first), ...steps);
}

const quantity = (label, number) =>
  make("span", "quantity", make("b", "", shortNumber(number)), make("small", "", label));

/** The last line of a working: the sum plus the bias, then the activation. */
export function closing(sumLabel, sum, explanation) {
  const { bias, total } = explanation;
  const parts = [[sumLabel, sum], "+", [text("bias"), bias], "=", [text("total"), total]];
  return line(...parts, ...activated(explanation));
}

/** The end of a line: the activation of the total; nothing for a linear one. */
export function activated({ activation, value }) {
  const name = ACTIVATIONS[activation];
  return name ? [`→ ${name} →`, [text("activation"), value]] : [];
}

/** The names of activations; without linear, and without softmax, which has lines of its own. */
export const ACTIVATIONS = {
  relu: "ReLU",
  relu6: "ReLU6",
  leaky_relu: "leaky ReLU",
  elu: "ELU",
  selu: "SELU",
  tanh: "tanh",
  sigmoid: "sigmoid",
  softplus: "softplus",
  silu: "SiLU",
  gelu: "GELU",
};

/** The smaller terms: a summary that opens to show them; `build` makes them when it first does. */
export function rest(summary, open, build) {
  const details = make("details", "rest", make("summary", "", summary));
  const fill = () => details.open && details.children.length === 1 && details.append(...build());
  details.open = open;
  fill();
  details.addEventListener("toggle", fill);
  return details;
}
