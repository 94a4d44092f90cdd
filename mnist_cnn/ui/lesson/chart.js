// A small chart of a training: one number on digits learned from and on digits never seen.
const SIZE = [420, 190]; // units of the picture
const RIM = { left: 44, right: 10, top: 10, bottom: 30 };
const STEPS = 5; // between the lines of the grid

/**
 * @param points [{epoch, training, test}]
 * @param words {name: what the chart shows, axis: what stands below it, write: a number as text}
 * @param most the number at the upper rim; the lower one is 0
 */
export function chart(points, { name, axis, write }, most) {
  const [width, height] = SIZE;
  const [first, last] = [points[0].epoch, points.at(-1).epoch];
  const x = (epoch) =>
    RIM.left + ((epoch - first) / Math.max(1, last - first)) * (width - RIM.left - RIM.right);
  const y = (value) => RIM.top + (1 - value / most) * (height - RIM.top - RIM.bottom);
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name });
  for (let step = 0; step <= STEPS; step++) {
    const value = (most * step) / STEPS;
    const line = { x1: RIM.left, x2: width - RIM.right, y1: y(value), y2: y(value), class: "grid" };
    drawn.append(svg("line", line), label(RIM.left - 6, y(value) + 4, write(value), "end"));
  }
  for (const side of ["training", "test"]) {
    const line = points.map((point) => `${x(point.epoch)},${y(point[side])}`).join(" ");
    drawn.append(svg("polyline", { points: line, class: side }));
  }
  drawn.append(
    label(x(first), height - 8, String(first), "middle"),
    label((x(first) + x(last)) / 2, height - 8, axis, "middle"),
    label(x(last), height - 8, String(last), "end"),
  );
  return drawn;
}

function label(x, y, words, anchor) {
  const element = svg("text", { x, y, "text-anchor": anchor });
  element.textContent = words;
  return element;
}

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
