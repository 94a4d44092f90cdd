// Maximum, average and stride on one map of the drawing, and which of them reads better.
import { poolingCells } from "../../explain/interesting.js";
import { SIDE, WAYS, block, compare, reduce } from "../downsampling.js";
import { decimal } from "../numbers.js";
import { ROUNDING } from "../question.js";
import { channelRows } from "../rows.js";
import { whole } from "../state.js";
import { strongest } from "../strongest.js";

const LAYER = "conv1";
const WINDOW = { size: [SIDE, SIDE], stride: [SIDE, SIDE], padding: "valid" };

export const pictures = {
  /** The map that is set made smaller, the block that is asked for, and three trained networks. */
  *ways(course, read, state) {
    const channel = channelOf(course, read, state);
    const map = mapOf(read, channel);
    const { cards, verdicts } = course.facts;
    return {
      channel,
      channels: course.layer(LAYER).shape[2],
      map,
      reduced: compare(map),
      block: asked(map),
      trained: Object.keys(WAYS).map((name) => ({ name, ...cards[name] })),
      verdicts: verdicts.filter(({ better, other }) => better === "max" && other in WAYS),
    };
  },
};

/** The average of four numbers of the map is asked for. */
export function* question(course, read, state) {
  const { row, column, cells, values } = asked(mapOf(read, channelOf(course, read, state)));
  const [a, b, c, d] = cells.flat().map((number) => decimal(number));
  return {
    answer: values.average,
    tolerance: 2 * ROUNDING, // of the four numbers shown, and of the guess
    working: `(${[a, b, c, d].join(" + ")}) ÷ 4 = ${decimal(values.average)}`,
    values: { row: String(SIDE * row), column: String(SIDE * column), a, b, c, d },
  };
}

/** The channel that is set, or the strongest. */
function channelOf(course, { layers }, state) {
  const layer = course.layer(LAYER);
  const { cell } = strongest(layers.get(LAYER), layer);
  return whole(state, "channel", cell[2], 0, layer.shape[2] - 1);
}

const mapOf = ({ layers }, channel) => channelRows(layers.get(LAYER), channel);

function asked(map) {
  const [read, small] = [map, reduce(map, "max")].map((rows) => ({
    shape: [rows.length, rows[0].length, 1],
    values: rows.flat(),
  }));
  const [[row, column]] = poolingCells(WINDOW, read, small);
  return block(map, row, column);
}
