// From a drawing to what the network makes of it: the one path of the page. The same as
// mnist_cnn/reading.py; the tests hold the two together.
import { doubt } from "./judge.js";
import { preprocess } from "./preprocess.js";
import { finished } from "./slices.js";

const NONE = new Map();

/**
 * @param {Network} network
 * @param {Network} judge that tells digits from everything else
 * @param drawing {width, height, pixels}, 0 is paper, 255 full ink
 * @param {Map<string, Set<number>>} muted the channels of its layers that are silent
 * @returns {{empty: true} | {digit: number, doubt: string | null, probabilities: Float32Array,
 *   layers: Map, network: Network, muted}} with the stages that `preprocess` returns, and the layers
 *   as `Network.read` does; empty: there is no ink
 */
export const read = (network, judge, drawing, muted) =>
  finished(reading(network, judge, drawing, muted));

/** The same as a generator, which rests every few milliseconds and returns it; the drawing may change. */
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
