// What follows from the layer table of a network alone. A layer is as the network's file has it.

/** Whether a layer makes maps, not a row of numbers. */
export const isMap = ({ shape }) => shape.length === 3;

/** How many numbers a layer has learned. */
export const parametersOf = ({ arrays }) => sum(arrays.map(product));

/** The same as arithmetic, the kernel and a bias for each filter: "3×3×1×32 + 32"; or "". */
export const arithmeticOf = ({ arrays: [kernel] }) => (kernel ? `${kernel.join("×")} + ${kernel.at(-1)}` : "");

/** How many multiplications by weights a layer takes for one picture: its kernel at every place. */
export const productsOf = ({ shape, arrays: [kernel = [0]] }) => product(shape.slice(0, -1)) * product(kernel);

/**
 * What one number of each layer sees of a picture without an end, by the layers' names.
 * @returns {Map<string, {size: number[], stride: number[]}>} pixels along rows and along columns:
 *   seen, and between neighbours; a stride of 0: all see the same
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

export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

export const product = (numbers) => numbers.reduce((total, number) => total * number, 1);
