// Reads a drawing: preprocessing, the network, and the judge's doubt. The page's counterpart of
// mnist_cnn/reading/reader.py; the tests compare the two.
import { doubt } from "./judge.js";
import { preprocess } from "./preprocess.js";
import { finished } from "./slices.js";

const NONE = new Map();

/**
 * @param {Network} network
 * @param {Network} judge which tells digits from everything else
 * @param drawing {width, height, pixels}, 0 is paper, 255 full ink
 * @param {Map<string, Set<number>>} muted channels, or units, by layer
 * @returns {{empty: true} | {digit: number, doubt: string | null, probabilities: Float32Array,
 *   layers: Map, network: Network, muted}} with the stages of `preprocess`; layers: as `Network.read`
 *   returns them; empty: there is no ink
 */
export const read = (network, judge, drawing, muted) =>
  finished(reading(network, judge, drawing, muted));

/** `read` as a generator; the drawing may change once it has begun. */
export function* reading(network, judge, drawing, muted = NONE) {
  const stages = preprocess(drawing);
  if (!stages) return { empty: true };
  const layers = yield* network.reading(stages.image, muted);
  const probabilities = layers.get(network.layers.at(-1).name).values;
  return {
    ...stages,
    digit: probabilities.indexOf(Math.max(...probabilities)),
    doubt: doubt(judge, stages, probabilities),
    probabilities,
    layers,
    network,
    muted,
  };
}
