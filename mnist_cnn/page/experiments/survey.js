// The questions of the survey that are made of a digit somebody has drawn: which map a kernel makes, which
// window a cell was computed from, what max pooling leaves. Two forms, equally hard.
import { choose } from "../explain/guess.js";
import { explain } from "../explain/arithmetic.js";
import { mean, sum } from "../reader/math.js";
import { classify } from "./classify.js";
import { KERNELS, SIDE, filterOf, slide } from "./filtering.js";
import { rowsOf } from "./matrix.js";

/** Of each form: the kernel that slides, then two others with maps that look otherwise. */
const SLIDING = [
  ["left_edge", "top_edge", "box_blur"],
  ["top_edge", "left_edge", "outline"],
];
const APART = 6; // cells between windows that are to be told apart
const INKED = 64; // level of the darkest pixel of a window that may be asked about

/**
 * A generator.
 * @param about {network, image, form}: the Network; 28×28 pixels with ink, Uint8Array; 0 or 1
 * @returns {{kernel, window, pooling}} of each the first of three answers is the right one.
 *   kernel: {image, kernel, maps}, three maps; window: {image, map, cell, regions}, three regions
 *   [left, top, right, bottom]; pooling: {window, numbers}, rows of numbers, and three of them
 */
export function* survey({ network, image, form }) {
  const { layers } = yield* classify(network, image);
  const rows = rowsOf(image);
  const maps = SLIDING[form].map((name) => slide(rows, filterOf(name)));
  return {
    kernel: { image: rows, kernel: KERNELS[SLIDING[form][0]], maps },
    window: windowOf(rows, maps[0], form),
    pooling: poolingOf(network, image, layers, form),
  };
}

/** A strong cell of the map, its window, and two windows elsewhere that have ink as well. */
function windowOf(image, map, form) {
  const places = map.flatMap((row, y) => row.map((value, x) => ({ y, x, value, ink: inkAt(image, y, x) })));
  const inked = places.filter(({ ink }) => ink >= INKED).toSorted((a, b) => b.value - a.value);
  const chosen = [];
  for (const place of inked) {
    const isApart = ({ y, x }) => Math.max(Math.abs(y - place.y), Math.abs(x - place.x)) >= APART;
    if (chosen.every(isApart)) chosen.push(place);
  }
  // A small digit has no three such places: then the corners of the picture are the others.
  const corners = [[0, 0], [0, map.length - 1], [map.length - 1, 0], [map.length - 1, map.length - 1]];
  const others = [...chosen.slice(2), ...corners.map(([y, x]) => ({ y, x }))];
  const [asked, other] = form && chosen.length > 1 ? [chosen[1], chosen[0]] : [chosen[0], chosen[1]];
  const regions = [asked, ...(other ? [other] : []), ...others].slice(0, 3).map(regionOf);
  return { image, map, cell: [asked.y, asked.x], regions };
}

const regionOf = ({ y, x }) => [x, y, x + SIDE, y + SIDE];

const inkAt = (image, y, x) =>
  Math.max(...image.slice(y, y + SIDE).flatMap((row) => row.slice(x, x + SIDE)));

/** Four numbers of which max pooling passes on one, and two that it might be taken for. */
function poolingOf(network, image, layers, form) {
  const { window } = explain(network, image, layers, "pool1", choose(network, image, layers, "pool1", form));
  const numbers = window.flat();
  return { window, numbers: [Math.max(...numbers), mean(numbers), sum(numbers)] };
}
