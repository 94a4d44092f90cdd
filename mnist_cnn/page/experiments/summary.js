// Figures of layers that do not depend on a picture: parameters, multiplications, receptive fields. A layer
// is an entry of `network.layers`.
import { product, sum } from "../reader/math.js";

/** Whether a layer's output is feature maps, not a vector. */
export const isMap = ({ shape }) => shape.length === 3;

/** The number of parameters of a layer. */
export const parametersOf = ({ arrays }) => sum(arrays.map(product));

/** The same as arithmetic, kernel plus biases: "3×3×1×32 + 32"; "" without parameters. */
export const arithmeticOf = ({ arrays: [kernel] }) => (kernel ? `${kernel.join("×")} + ${kernel.at(-1)}` : "");

/** The number of multiplications of a layer for one picture: its kernel at every place. */
export const productsOf = ({ shape, arrays: [kernel = [0]] }) => product(shape.slice(0, -1)) * product(kernel);

/**
 * The receptive field of each layer, by name, on a picture without borders.
 * @returns {Map<string, {size: number[], stride: number[]}>} in pixels, along rows and columns; stride:
 *   between the fields of neighbours, 0 if all see the same
 */
export function fieldsOf({ layers }) {
  let field = { size: [1, 1], stride: [1, 1] };
  return new Map(layers.map((layer) => [layer.name, (field = through(layer, field))]));
}

function through({ kind, size = [1, 1], stride = [1, 1], field }, before) {
  if (kind === "Dense") {
    return { size: [field.rows, field.columns].map(([[first, last]]) => last - first + 1), stride: [0, 0] };
  }
  return {
    size: before.size.map((seen, axis) => seen + (size[axis] - 1) * before.stride[axis]),
    stride: before.stride.map((step, axis) => step * stride[axis]),
  };
}
