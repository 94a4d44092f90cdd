// A forward pass on a picture, and the digit it is classified as.
import { argmax } from "../reader/math.js";

/**
 * A generator.
 * @param {Network} network
 * @param {Uint8Array} image 28×28 pixels, 0 is paper, 255 full ink
 * @returns {{image, layers: Map, digit: number, probabilities: Float32Array}} layers: as
 *   `Network.read` returns them
 */
export function* classify(network, image) {
  const layers = yield* network.reading(image);
  const probabilities = layers.get(network.layers.at(-1).name).values;
  return { image, layers, digit: argmax(probabilities), probabilities };
}
