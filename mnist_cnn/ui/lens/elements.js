// The small parts of a working: numbers, tiles of numbers, a line of arithmetic, the smaller terms.
import { text } from "../locales/language.js";
import { shortNumber } from "../maps/readout.js";
import { paintMap, shadeOf } from "./map.js";

const FEW = 3; // numbers side by side: there is room to write them large
const LEGIBLE = 8; // the same: there is room to write them

/** A new element: its tag, its class, and what it holds, text or elements. */
export function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

/**
 * A grid of numbers.
 * @param rows numbers, row by row
 * @param colors turns a number into {background, color}
 * @param pick (row, column) → {follow, point} for numbers that lead further, or nothing
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
 * The numbers of a pooling's window, or, where these are too many to be read, its picture.
 * @param map that the window lies on, of map.js
 * @param pick as `tile` has it
 */
export function windowTile(window, map, most, pick) {
  const [height, width] = [window.length, window[0].length];
  if (width > LEGIBLE) {
    const canvas = make("canvas", "window");
    paintMap(canvas, { ...map, shape: [height, width] }, window.flat());
    return canvas;
  }
  const grid = tile(window, shadeOf(map, most), pick);
  grid.classList.toggle("large", width <= FEW);
  return grid;
}

/** A button that leads to where a number comes from. */
export function link({ follow, point }, ...content) {
  const button = make("button", "link", ...content);
  button.type = "button";
  button.addEventListener("click", follow);
  for (const name of ["pointerenter", "focus"]) button.addEventListener(name, () => point(true));
  for (const name of ["pointerleave", "blur"]) button.addEventListener(name, () => point(false));
  return button;
}

/** What a link to a cell does. */
export const towards = (links, layer, cell) => ({
  follow: () => links.follow(layer, cell),
  point: (on) => links.point(on ? layer : null, cell),
});

/** An element that stands for what a channel adds: a line ties it to that channel's tile. */
export function fedBy(element, layer, channel, sum) {
  Object.assign(element.dataset, { source: layer, channel, sum });
  return element;
}

/** The class of what has a sign: blue adds, orange takes away. */
export const signOf = (number) => (number < 0 ? "takes" : "adds");

/** A number with its sign: +0.62. */
export const signed = (number) => (number < 0 ? "" : "+") + shortNumber(number);

/**
 * A line of arithmetic: [label, number] between signs, like "sum + bias = total".
 * Where it is too long, a sign stands before its number in the next line.
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

/** The line from a sum to the number: plus the bias, then the activation. */
export function closing(sumLabel, sum, explanation) {
  const { bias, total } = explanation;
  const parts = [[sumLabel, sum], "+", [text("bias"), bias], "=", [text("total"), total]];
  return line(...parts, ...activated(explanation));
}

/** The end of a line: what the activation makes of the total; nothing where it leaves it as it is. */
export function activated({ activation, value }) {
  const name = ACTIVATIONS[activation];
  return name ? [`→ ${name} →`, [text("activation"), value]] : [];
}

/** What an activation is called; undefined: there is none, or it is softmax, which has its own lines. */
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

/** The smaller terms: their sum at once, themselves when they are asked for. */
export function rest(summary, open, build) {
  const details = make("details", "rest", make("summary", "", summary));
  const fill = () => details.open && details.children.length === 1 && details.append(...build());
  details.open = open;
  fill();
  details.addEventListener("toggle", fill);
  return details;
}

/** Two decimals, fewer of what is large. */
export function compact(number) {
  if (number === 0) return "0";
  const digits = Math.abs(number) < 9.95 ? 2 : Math.abs(number) < 99.5 ? 1 : 0;
  const words = number.toFixed(digits);
  return Number(words) === 0 ? words.replace("-", "") : words.replace("-", "−");
}
