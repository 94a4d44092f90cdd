// The working of one number: one view for each operation.
import { convolution } from "./convolution.js";
import { dense, softmax } from "./dense.js";
import { flatten, normalization, pooling } from "./pooling.js";

const VIEWS = { convolution, pooling, normalization, flatten, dense, softmax };

/**
 * @param explanation what explain/arithmetic.js explains
 * @param network of state/layers.js
 * @param links {follow(layer, cell), point(layer, cell)}, for the numbers it is made of
 * @param rest whether the smaller terms are shown too
 * @param answer what the network has read, for the maps it read them from
 * @returns the elements to show
 */
export const working = (explanation, network, links, rest, answer) =>
  VIEWS[explanation.kind](explanation, network, links, rest, answer);
