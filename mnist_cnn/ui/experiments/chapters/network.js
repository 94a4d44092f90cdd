// The layer table, each row with what it makes of the drawing.
import { largestAt } from "../course.js";
import { arithmeticOf, fieldsOf, isMap, parametersOf, productsOf } from "../layers.js";
import { count } from "../numbers.js";
import { levels } from "../rows.js";
import { strongest } from "../strongest.js";

const WIDER = 5; // side of the kernel that the question supposes

export const pictures = {
  /** The layers in the order data flows, each with its strongest channel, or its vector. */
  *layers({ network }, read) {
    const fields = fieldsOf(network);
    return network.layers.map((layer) => ({
      name: layer.name,
      shape: layer.shape,
      parameters: parametersOf(layer),
      arithmetic: arithmeticOf(layer),
      products: productsOf(layer),
      field: fields.get(layer.name).size[0],
      ...shown(layer, read.layers.get(layer.name)),
    }));
  },
};

function shown(layer, numbers) {
  if (!isMap(layer)) return { picture: levels([[...numbers.values]]), cell: [largestAt(numbers.values)] };
  const { map, cell } = strongest(numbers, layer);
  return { picture: map, cell };
}

/** The parameters of a convolution with wider kernels are asked for. */
export function* question(course) {
  const { arrays } = course.layer("conv1");
  const [[, , ...channels], biases] = arrays;
  const wider = { arrays: [[WIDER, WIDER, ...channels], biases] };
  const answer = parametersOf(wider);
  return { answer, working: `${arithmeticOf(wider)} = ${count(answer)}` };
}
