// A network before training: the same layers with random weights.
import { product } from "../reader/math.js";
import { Network } from "../reader/network.js";
import { seeded } from "./gradients/excitation.js";

const SEED = 1;

const made = new WeakMap(); // Network: its untrained copy

/**
 * Keras' default initialization: Glorot uniform kernels (Glorot and Bengio, Understanding the Difficulty
 * of Training Deep Feedforward Neural Networks, 2010) and biases of 0; the same each time.
 * @param {Network} network of convolutions, pooling and dense layers
 */
export function untrained(network) {
  if (!made.has(network)) made.set(network, initialized(network));
  return made.get(network);
}

function initialized({ file, layers }) {
  const copy = new Network(file.slice(0)); // its weights are views of its file
  const random = seeded(SEED);
  for (const { name, arrays: [shape] } of layers.filter(({ arrays }) => arrays.length)) {
    const [kernel, bias] = copy.weights.get(name);
    const places = product(shape.slice(0, -2));
    const most = Math.sqrt(6 / (places * (shape.at(-2) + shape.at(-1))));
    kernel.forEach((_, i) => (kernel[i] = most * (2 * random() - 1)));
    bias.fill(0);
  }
  return new Network(copy.file);
}
