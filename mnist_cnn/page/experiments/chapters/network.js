// Chapter: the layer table, each row with its output for the drawing.
import { argmax, sum } from "../../reader/math.js";
import { arithmeticOf, fieldsOf, isMap, parametersOf, productsOf } from "../summary.js";
import { count, rounded } from "../number-format.js";
import { levels } from "../matrix.js";
import { strongest } from "../strongest-activation.js";

const WIDER = 5; // side of the kernel in the question
const ASKED = ["conv1", "conv2", "dense1"]; // which of them multiplies most

export const pictures = {
  /** The layers in the order data flows, each with its strongest channel or its vector. */
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

export const predictions = {
  /** Which layer multiplies most: one of ASKED. */
  *parameters(course) {
    const products = ASKED.map((name) => productsOf(course.layer(name)));
    const right = argmax(products);
    const share = products[right] / sum(course.network.layers.map(productsOf));
    const values = { layer: `\`${ASKED[right]}\``, count: count(products[right]), share: rounded(share) };
    return { right, values };
  },
};

function shown(layer, numbers) {
  if (!isMap(layer)) return { picture: levels([[...numbers.values]]), cell: [argmax(numbers.values)] };
  const { map, cell } = strongest(numbers, layer);
  return { picture: map, cell };
}

/** How many parameters would the first convolution have with wider kernels? */
export function* question(course) {
  const { arrays } = course.layer("conv1");
  const [[, , ...channels], biases] = arrays;
  const wider = { arrays: [[WIDER, WIDER, ...channels], biases] };
  const answer = parametersOf(wider);
  const mistakes = [{ value: answer - biases[0], mistake: "bias" }];
  return { answer, working: `${arithmeticOf(wider)} = ${count(answer)}`, mistakes };
}
