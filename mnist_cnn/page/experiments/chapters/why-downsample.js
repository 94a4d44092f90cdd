// Chapter: a network with pooling and one without, side by side on the drawing.
import { mean, product, sum } from "../../reader/math.js";
import { classify } from "../classify.js";
import { fieldsOf, isMap, parametersOf, productsOf } from "../summary.js";
import { count, decimal } from "../number-format.js";
import { rowsOf } from "../matrix.js";
import { strongest } from "../strongest-activation.js";

const CHOICES = [3, 12, Infinity]; // about twice, about five times, over twenty times as many
const TIMED = 7; // forward passes, of which the median counts

export const networks = ["max", "none"];

const times = new WeakMap(); // Network: milliseconds of a forward pass on this device

export const pictures = {
  /** The picture, and both networks with their figures and their answers. */
  *sides(course, { image }) {
    const sides = [];
    for (const name of networks) sides.push({ name, ...(yield* sideOf(course, name, image)) });
    return { image: rowsOf(image), networks: sides };
  },
};

function* sideOf({ others, facts }, name, image) {
  const network = others[name];
  const { layers, digit, probabilities } = yield* classify(network, image);
  const last = lastMap(network);
  const { accuracy, accuracies, trials } = facts.cards[name];
  if (!times.has(network)) times.set(network, yield* timeOf(network, image));
  return {
    parameters: parametersIn(network),
    dense: Math.max(...network.layers.map(parametersOf)),
    products: sum(network.layers.map(productsOf)),
    field: fieldsOf(network).get(last.name).size[0],
    lastMap: last.shape,
    milliseconds: times.get(network),
    accuracy,
    mean: mean(accuracies),
    trials,
    digit,
    probability: probabilities[digit],
    strongest: strongest(layers.get(last.name), last),
  };
}

const parametersIn = ({ layers }) => sum(layers.map(parametersOf));

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

export const predictions = {
  /** How many times the parameters has the network without pooling? */
  *cost({ others }) {
    const factor = parametersIn(others.none) / parametersIn(others.max);
    const right = CHOICES.findIndex((most) => factor <= most);
    return { right, values: { times: decimal(factor, 1) } };
  },
};

/** How many numbers does flatten have without pooling? */
export function* question({ others }) {
  const { shape } = lastMap(others.none);
  const answer = product(shape);
  return { answer, working: `${shape.join("×")} = ${count(answer)}` };
}
