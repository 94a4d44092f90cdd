// Each training as a dot on an axis, and the mean of each kind of network.
import { label, svg } from "../svg.js";

const WIDTH = 640; // units of the picture
const ROW = 74;
const RIM = { left: 16, right: 16, top: 8, bottom: 64 };
const STEP = 0.001; // between the marks of the axis
const RADIUS = 8;

/**
 * @param rows [{name, values, mean, words}]: words: of the mean
 * @param about {title: what it shows, write: a number as text}
 */
export function dots(rows, { title, write }) {
  const all = rows.flatMap(({ values }) => values);
  const [least, most] = [Math.floor(Math.min(...all) / STEP) * STEP, Math.ceil(Math.max(...all) / STEP) * STEP];
  const height = RIM.top + ROW * rows.length + RIM.bottom;
  const x = (value) => RIM.left + ((value - least) / (most - least)) * (WIDTH - RIM.left - RIM.right);
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": title, class: "dots" });
  const bottom = RIM.top + ROW * rows.length;
  const marks = Math.round((most - least) / STEP);
  for (let i = 0; i <= marks; i++) {
    const at = x(least + i * STEP);
    const anchor = i === 0 ? "start" : i === marks ? "end" : "middle";
    drawn.append(svg("line", { x1: at, x2: at, y1: RIM.top, y2: bottom, class: "mark" }));
    drawn.append(label(i === 0 ? 0 : i === marks ? WIDTH : at, bottom + 24, write(least + i * STEP), anchor));
  }
  drawn.append(label(WIDTH / 2, bottom + 54, title));
  rows.forEach((row, i) => drawn.append(...rowOf(row, RIM.top + ROW * i, x)));
  return drawn;
}

function rowOf({ name, values, mean, words }, top, x) {
  const middle = top + ROW * 0.66;
  const tick = { x1: x(mean), x2: x(mean), y1: middle - 16, y2: middle + 16, class: "mean" };
  return [
    label(RIM.left, top + 22, `${name} · ${words}`, "start", { class: "name" }),
    svg("line", tick),
    ...values.map((value) => svg("circle", { cx: x(value), cy: middle, r: RADIUS }, svg("title", {}, String(value)))),
  ];
}
