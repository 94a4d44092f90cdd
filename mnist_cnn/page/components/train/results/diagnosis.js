// What is wrong with a network that has learned nothing, from what it answers and from its own numbers.
import { inPercent } from "../../../locales/numbers.js";
import { text } from "../../../locales/language.js";

const CHANCE = 0.1; // of ten digits
const NOTHING = 2 * CHANCE; // an accuracy below shows that nothing was learned
const ALWAYS = 0.9; // of all answers
const MANY = 0.5; // of a layer's channels
const TINY = 0.1; // of the learning rate that suits an optimiser

/**
 * @param confusion counts of test digits, [label][answer]
 * @returns {null | {digit: number | null, accuracy: number}} null: it has learned something; digit:
 *   the answer it gives to nearly everything
 */
export function ignorance(confusion) {
  const total = confusion.flat().reduce((sum, count) => sum + count, 0);
  const right = confusion.reduce((sum, row, label) => sum + row[label], 0);
  if (right >= NOTHING * total) return null;
  const answers = confusion[0].map((_, answer) => confusion.reduce((sum, row) => sum + row[answer], 0));
  const most = Math.max(...answers);
  return { digit: most > ALWAYS * total ? answers.indexOf(most) : null, accuracy: right / total };
}

/**
 * The convolution with the largest share of dead channels: of numbers that are 0 for every picture.
 * @param {Network} network
 * @param {Uint8Array[]} pictures 28×28
 * @returns {{layer: string, dead: number, all: number} | null} null: in none are half of them dead
 */
export function findDead(network, pictures) {
  const readings = pictures.map((picture) => network.read(picture));
  const found = network.layers
    .filter(({ kind }) => kind === "Conv2D")
    .map(({ name, shape }) => {
      const all = shape.at(-1);
      const maps = readings.map((layers) => layers.get(name).values);
      const alive = new Set(maps.flatMap((values) => channelsAlive(values, all)));
      return { layer: name, dead: all - alive.size, all };
    });
  const [worst] = found.toSorted((one, other) => share(other) - share(one));
  return worst && share(worst) > MANY ? worst : null;
}

const share = ({ dead, all }) => dead / all;

const channelsAlive = (values, all) =>
  Array.from({ length: all }, (_, channel) => channel).filter((channel) => {
    for (let at = channel; at < values.length; at += all) if (values[at] !== 0) return true;
    return false;
  });

/**
 * The learning rate beside the one that suits: "large", "small" or null.
 * @param options of the training
 * @param choices {recipes, optimizers}, as the server has them
 */
export function rateOf({ recipe, optimizer, learning_rate: rate }, { recipes, optimizers }) {
  const own = recipes[recipe];
  const suitable = own?.optimizer === optimizer ? own.learning_rate : optimizers[optimizer];
  if (rate > suitable) return "large";
  return rate < TINY * suitable ? "small" : null;
}

const RATES = { large: "diagnosisLarge", small: "diagnosisSmall" };

/** The diagnosis in sentences; "" where it has learned something. */
export function diagnosisOf(confusion, dead, rate) {
  const found = ignorance(confusion);
  if (!found) return "";
  const { digit, accuracy } = found;
  const values = { digit, percent: inPercent(accuracy), chance: inPercent(CHANCE) };
  const sentences = [text(digit === null ? "diagnosisGuesses" : "diagnosisAlways", values)];
  if (dead) sentences.push(text("diagnosisDead", dead));
  if (rate) sentences.push(text(RATES[rate]));
  return sentences.join(" ");
}
