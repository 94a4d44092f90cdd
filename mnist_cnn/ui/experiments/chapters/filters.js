// All channels of a convolution on the drawing, each with the patch that excites it most.
import { decimal } from "../numbers.js";
import { channelOf, channelRows, cut, largest, levels, rowsOf } from "../rows.js";
import { oneOf } from "../state.js";
import { strongest } from "../strongest.js";

const LAYERS = ["conv1", "conv2", "conv3"];
const NAMED = 3; // channels in the working

export const pictures = {
  /** Every channel of the layer that is set; its kernel, where it reads the picture itself. */
  *channels(course, read, state) {
    const name = oneOf(state, "layer", LAYERS);
    const layer = course.layer(name);
    const rows = rowsOf(read.image);
    const found = channelsOf(read.layers.get(name));
    const most = largest(found.map(({ values }) => values));
    const [[kernelRows, kernelColumns]] = layer.arrays;
    const [weights] = course.network.weights.get(name);
    const kernels = { shape: [kernelRows, kernelColumns, found.length], values: weights };
    const channels = found.map((one, channel) => {
      const { cell, value, region } = strongest(one, layer);
      return {
        maximum: value,
        map: levels(channelRows(one, 0), most),
        cell: [cell[0], cell[1], channel],
        patch: cut(rows, region),
        kernel: name === LAYERS[0] ? channelRows(kernels, channel) : null,
      };
    });
    return { layer: name, channels };
  },
};

/** The channel with the largest number is asked for. */
export function* question(_, read, state) {
  const name = oneOf(state, "layer", LAYERS);
  const maxima = channelsOf(read.layers.get(name)).map(({ values }) => largest([values]));
  const order = [...maxima.keys()].toSorted((one, other) => maxima[other] - maxima[one]);
  const working = order.slice(0, NAMED).map((channel) => `[${channel}] ${decimal(maxima[channel], 3)}`);
  return { answer: order[0], working: working.join(" > "), values: { layer: `\`${name}\`` } };
}

/** Each channel of a layer as a layer of its own. */
const channelsOf = ({ shape: [rows, columns, channels], values }) =>
  Array.from({ length: channels }, (_, channel) => ({
    shape: [rows, columns, 1],
    values: channelOf(values, channels, channel),
  }));
