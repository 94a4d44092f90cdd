// One filter slides over the drawing; one cell of its map is hidden.
import { convolutionCells } from "../../explain/interesting.js";
import { KERNELS, filterOf, slide, step, SIDE } from "../filtering.js";
import { added, decimal, factor } from "../numbers.js";
import { roundingOfProducts } from "../question.js";
import { rowsOf } from "../rows.js";

const STANDARD = "left_edge";
const WINDOW = { size: [SIDE, SIDE], stride: [1, 1], padding: "valid" };

export const pictures = {
  /** A filter, its map of the picture, and the place that is asked for. */
  *sliding(_, { image }, state) {
    const filter = chosen(state);
    const rows = rowsOf(image);
    const map = slide(rows, filter);
    return { image: rows, ...filter, map, hidden: hidden(image, filter, map), kernels: KERNELS };
  },
};

/** The hidden cell is asked for. */
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
  };
}

const chosen = ({ kernel = STANDARD, bias = "0", relu = "1" }) => filterOf(kernel, bias, relu !== "0");

function hidden(image, filter, map) {
  const shape = [map.length, map[0].length, 1];
  const values = Float64Array.from(map.flat(), (value) => Math.max(value, 0));
  const [[row, column]] = convolutionCells(WINDOW, image, [28, 28], { shape, values });
  return step(rowsOf(image), filter, row, column);
}
