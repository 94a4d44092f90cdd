// Chapter: maximum, average and stride on one map of the drawing, and which reads better.
import { ROUNDING } from "../../explain/answers.js";
import { mean, sum } from "../../reader/math.js";
import { poolingCells } from "../../explain/example-cells.js";
import { SIDE, WAYS, block, compare, reduce } from "../downsampling.js";
import { decimal } from "../number-format.js";
import { channelRows } from "../matrix.js";
import { whole } from "../settings.js";
import { strongest } from "../strongest-activation.js";

const LAYER = "conv1";
const WINDOW = { size: [SIDE, SIDE], stride: [SIDE, SIDE], padding: "valid" };

export const pictures = {
  /** The chosen map downsampled, the block of the question, and three trained networks. */
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
      trained: Object.keys(WAYS).map((name) => ({ name, mean: mean(cards[name].accuracies), ...cards[name] })),
      verdicts: verdicts.filter(({ better, other }) => better === "max" && other in WAYS),
    };
  },
};

export const predictions = {
  /** Which way reads the test digits best, as far as the trainings tell? */
  *compare({ facts: { cards, verdicts } }) {
    const against = Object.fromEntries(
      verdicts.filter(({ better }) => better === "max").map(({ other, holds }) => [other, holds]),
    );
    const others = Object.keys(WAYS).filter((how) => how !== "max");
    const right = others.every((how) => against[how]) ? 0 : against.average === false ? 1 : 2;
    const values = Object.fromEntries(Object.keys(WAYS).map((how) => [how, cards[how].accuracy]));
    return { right, values };
  },
};

/** What is the average of the four numbers of a block? */
export function* question(course, read, state) {
  const { row, column, cells, values } = asked(mapOf(read, channelOf(course, read, state)));
  const [a, b, c, d] = cells.flat().map((number) => decimal(number));
  return {
    answer: values.average,
    tolerance: 2 * ROUNDING, // of the four numbers shown, and of the answer
    working: `(${[a, b, c, d].join(" + ")}) ÷ 4 = ${decimal(values.average)}`,
    mistakes: [
      { value: values.max, mistake: "largest" },
      { value: sum(cells.flat()), mistake: "sum" },
    ],
    values: { row: String(SIDE * row), column: String(SIDE * column), a, b, c, d },
  };
}

/** The chosen channel, or the strongest. */
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
