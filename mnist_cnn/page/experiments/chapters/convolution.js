// Chapter: one filter slides over the drawing; one cell of its map is hidden.
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { roundingOfProducts } from "../../explain/answers.js";
import { convolutionCells } from "../../explain/example-cells.js";
import { KERNELS, filterOf, levelShare, slide, step, SIDE } from "../filtering.js";
import { added, decimal, factor, rounded } from "../number-format.js";
import { largest, rowsOf } from "../matrix.js";

const STANDARD = "left_edge";
const EVEN = 0.5; // share of what is found that lies on horizontal strokes: as much as on vertical ones
const GOAL = "top_edge"; // finds horizontal strokes as well as nine numbers can
const STRONG = 0.5; // of the largest number
const WINDOW = { size: [SIDE, SIDE], stride: [1, 1], padding: "valid" };

export const pictures = {
  /**
   * The filter, its feature map, the hidden cell, and one to begin with. level: how much of what it finds lies
   * on horizontal strokes, see `levelShare`; goal: the same of a filter made for them.
   */
  *sliding(_, { image }, state) {
    const filter = chosen(state);
    const rows = rowsOf(image);
    const map = slide(rows, filter);
    const secret = hidden(image, filter, map);
    return {
      image: rows,
      ...filter,
      map,
      hidden: secret,
      first: firstClear(map, secret),
      level: levelShare(rows, map),
      goal: levelShare(rows, slide(rows, filterOf(GOAL))),
      kernels: KERNELS,
    };
  },
};

export const predictions = {
  /** Which strokes light up: 0 the vertical ones, 1 the horizontal ones, 2 all alike. */
  *slide(_, { image }, state) {
    const rows = rowsOf(image);
    const map = slide(rows, chosen(state));
    const cells = map.flat();
    const lit = cells.filter((value) => value > 0).length;
    const level = levelShare(rows, map) ?? EVEN;
    const right = level < EVEN ? 0 : level > EVEN ? 1 : 2;
    return { right, values: { share: rounded(lit / cells.length) } };
  },
};

/** What is the number in the hidden cell? */
export function* question(_, { image }, state) {
  const filter = chosen(state);
  const { row, column, patch, bias, total, value } = hidden(image, filter, slide(rowsOf(image), filter));
  const [pixels, weights] = [patch.flat(), filter.kernel.flat()];
  const products = pixels.map((pixel, i) => [pixel, weights[i]]);
  const terms = products
    .filter(([pixel, weight]) => Math.round(100 * pixel) && weight)
    .map(([pixel, weight]) => `${decimal(pixel)}×${factor(weight)}`)
    .join(" + ");
  const relu = filter.relu ? ` → ReLU → ${decimal(value)}` : "";
  return {
    answer: value,
    tolerance: roundingOfProducts(pixels, weights),
    working: `${terms || "0"} ${added(bias)} = ${decimal(total)}${relu}`,
    values: { row: String(row), column: String(column) },
    mistakes: [
      { value: filter.relu ? Math.max(total - bias, 0) : total - bias, mistake: "bias" },
      { value: total, mistake: "relu" },
      { value: -value, mistake: "sign" },
    ],
  };
}

const chosen = ({ kernel = STANDARD, bias = "0", relu = "1" }) => filterOf(kernel, bias, relu !== "0");

function hidden(image, filter, map) {
  const shape = [map.length, map[0].length, 1];
  const values = Float64Array.from(map.flat(), (value) => Math.max(value, 0));
  const [[row, column]] = convolutionCells(WINDOW, image, [IMAGE_SIZE, IMAGE_SIZE], { shape, values });
  return step(rowsOf(image), filter, row, column);
}

/** The first cell, row by row, that is strong and not the secret one: {row, column}. */
function firstClear(map, secret) {
  const strong = Math.max(STRONG * largest(map), Number.MIN_VALUE);
  for (const [row, line] of map.entries()) {
    const column = line.findIndex((value, at) => value >= strong && !(row === secret.row && at === secret.column));
    if (column >= 0) return { row, column };
  }
  return { row: 0, column: 0 };
}
