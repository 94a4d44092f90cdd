// What the strongest number of each layer sees of the drawing.
import { fieldsOf, isMap } from "../layers.js";
import { cut, rowsOf } from "../rows.js";
import { strongest } from "../strongest.js";

const LAST = "conv3";

export const pictures = {
  /** What each layer's strongest number sees, in pixels and in the drawing. */
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

/** The field of one more convolution like the last is asked for. */
export function* question(course) {
  const [kernel] = course.layer(LAST).size;
  const { size: [size], stride: [stride] } = fieldsOf(course.network).get(LAST);
  const answer = size + (kernel - 1) * stride;
  return { answer, working: `${size} + (${kernel} − 1) × ${stride} = ${answer}` };
}
