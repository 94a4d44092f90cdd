// Chapter: the receptive field of the strongest activation of each layer.
import { fieldsOf, isMap } from "../summary.js";
import { cut, rowsOf } from "../matrix.js";
import { rounded } from "../number-format.js";
import { strongest } from "../strongest-activation.js";

const LAST = "conv3";
const [DOT, MOST] = [0.1, 0.7]; // of the picture: less than the one is a dot, more than the other nearly all

export const pictures = {
  /** The receptive field of each, its size in pixels and its patch of the drawing. */
  *sights({ network }, read) {
    const fields = fieldsOf(network);
    const image = rowsOf(read.image);
    const layers = network.layers.filter(isMap).map((layer) => {
      const most = strongest(read.layers.get(layer.name), layer);
      const [size] = fields.get(layer.name).size;
      return { layer: layer.name, size, strongest: most, patch: cut(image, most.region) };
    });
    return { image, layers };
  },
};

export const predictions = {
  /** How much of the picture a number of the last convolution sees: 0 a dot, 1 less than half, 2 nearly all. */
  *deep({ network }, read) {
    const [rows, columns] = fieldsOf(network).get(LAST).size;
    const share = (rows * columns) / read.image.length;
    const right = share < DOT ? 0 : share < MOST ? 1 : 2;
    return { right, values: { field: `${rows}×${columns}`, share: rounded(share) } };
  },
};

/** How large is the receptive field after one more convolution like the last? */
export function* question(course) {
  const [kernel] = course.layer(LAST).size;
  const { size: [size], stride: [stride] } = fieldsOf(course.network).get(LAST);
  const answer = size + (kernel - 1) * stride;
  return { answer, working: `${size} + (${kernel} − 1) × ${stride} = ${answer}` };
}
