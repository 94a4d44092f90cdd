// A training in one number, epoch by epoch: on digits learned from and on digits never seen.
import { label, svg } from "../svg.js";

const SIZE = [720, 420]; // units of the picture
const RIM = { left: 76, right: 20, top: 16, bottom: 48 };
const STEPS = 5; // between the lines of the grid

/**
 * @param points [{epoch, training, test}]
 * @param words {name: what it shows, axis: what stands below it, write: a number as text, gap: the name
 *   of what is between the curves, or null}
 * @param most the number at the upper rim; the lower one is 0
 * @param at the epoch that is marked, up to which the curves are drawn strongly; or null: all
 */
export function curves(points, { name, axis, write, gap = null }, most, at = null) {
  const [width, height] = SIZE;
  const last = points.at(-1).epoch;
  const x = (epoch) => RIM.left + (epoch / Math.max(1, last)) * (width - RIM.left - RIM.right);
  const y = (value) => RIM.top + (1 - value / most) * (height - RIM.top - RIM.bottom);
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name, class: "curves" });
  for (let step = 0; step <= STEPS; step++) {
    const value = (most * step) / STEPS;
    const line = { x1: RIM.left, x2: width - RIM.right, y1: y(value), y2: y(value), class: "mark" };
    drawn.append(svg("line", line), label(RIM.left - 6, y(value) + 6, write(value), "end"));
  }
  const line = (side, shown) => shown.map((point) => `${x(point.epoch)},${y(point[side])}`).join(" ");
  if (gap) {
    const between = `${line("training", points)} ${line("test", points.toReversed())}`;
    const { training, test, epoch } = points[Math.floor(points.length * 0.72)];
    const words = label(x(epoch), (y(training) + y(test)) / 2 + 5, gap, "middle", { class: "gap answer" });
    drawn.append(svg("polygon", { points: between, class: "gap answer" }), words);
  }
  const until = points.filter(({ epoch }) => at === null || epoch <= at);
  for (const side of ["training", "test"]) {
    if (until.length < points.length) drawn.append(svg("polyline", { points: line(side, points), class: `${side} coming` }));
    drawn.append(svg("polyline", { points: line(side, until), class: `${side}${gap && side === "test" ? " answer" : ""}` }));
    if (at !== null) drawn.append(svg("circle", { cx: x(at), cy: y(until.at(-1)[side]), r: 8, class: side }));
  }
  drawn.append(
    label(x(0), height - 14, "0"),
    label((x(0) + x(last)) / 2, height - 14, axis),
    label(x(last), height - 14, String(last), "end"),
  );
  return drawn;
}
