// The network with pooling and the one without, side by side on the drawing.
import { readingOf } from "../course.js";
import { fieldsOf, isMap, parametersOf, product, productsOf, sum } from "../layers.js";
import { count } from "../numbers.js";
import { rowsOf } from "../rows.js";
import { strongest } from "../strongest.js";

const TIMED = 7; // readings, of which the median counts

export const networks = ["max", "none"];

const times = new WeakMap(); // Network: milliseconds for one picture, on this device

export const pictures = {
  /** The picture, and both networks with their figures and their reading of it. */
  *sides(course, { image }) {
    const sides = [];
    for (const name of networks) sides.push({ name, ...(yield* sideOf(course, name, image)) });
    return { image: rowsOf(image), networks: sides };
  },
};

function* sideOf({ others, facts }, name, image) {
  const network = others[name];
  const { layers, digit, probabilities } = yield* readingOf(network, image);
  const last = lastMap(network);
  const { accuracy, trials } = facts.cards[name];
  if (!times.has(network)) times.set(network, yield* timeOf(network, image));
  return {
    parameters: sum(network.layers.map(parametersOf)),
    products: sum(network.layers.map(productsOf)),
    field: fieldsOf(network).get(last.name).size[0],
    lastMap: last.shape,
    milliseconds: times.get(network),
    accuracy,
    trials,
    digit,
    probability: probabilities[digit],
    strongest: strongest(layers.get(last.name), last),
  };
}

const lastMap = ({ layers }) => layers.filter(isMap).at(-1);

function* timeOf(network, image) {
  const taken = [];
  while (taken.length < TIMED) {
    yield;
    const begin = performance.now();
    network.read(image);
    taken.push(performance.now() - begin);
  }
  return taken.toSorted((one, other) => one - other)[(TIMED - 1) / 2];
}

/** How many numbers flatten has without pooling is asked for. */
export function* question({ others }) {
  const { shape } = lastMap(others.none);
  const answer = product(shape);
  return { answer, working: `${shape.join("×")} = ${count(answer)}` };
}
