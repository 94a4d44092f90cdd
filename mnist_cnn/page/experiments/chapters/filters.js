// Chapter: all channels of a convolution, each with the patch of the drawing that excites it most.
import { explain } from "../../explain/arithmetic.js";
import { decimal } from "../number-format.js";
import { channelOf, channelRows, cut, largest, levels, rowsOf } from "../matrix.js";
import { oneOf } from "../settings.js";
import { strongest } from "../strongest-activation.js";

const LAYERS = ["conv1", "conv2", "conv3"];
const DEEP = "conv2"; // each of its filters reads all channels of the layer before
const NAMED = 3; // channels in the working
const [FEW, MANY] = [10, 20]; // channels that answer: fewer than the one, more than the other

export const pictures = {
  /** Every channel of the chosen layer; in the first layer, with its kernel. */
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

  /** Its strongest number is a sum over all channels of the layer before: of patch × kernel, each. */
  *depth({ network }, { image, layers }) {
    const found = strongest(layers.get(DEEP), network.layers.find(({ name }) => name === DEEP));
    const { channels, sums, patches, kernels, bias, total, value } = explain(network, image, layers, DEEP, found.cell);
    return { layer: DEEP, ...found, channels, sums, patches, kernels, bias, total, value };
  },
};

export const predictions = {
  /** How many filters of the first layer say more to the drawing than to blank paper: 0 few, 1 more, 2 many. */
  *kernels({ network }, read) {
    const [, biases] = network.weights.get(LAYERS[0]);
    const maxima = channelsOf(read.layers.get(LAYERS[0])).map(({ values }) => largest([values]));
    const count = maxima.filter((most, channel) => most > Math.max(biases[channel], 0)).length;
    return { right: count < FEW ? 0 : count <= MANY ? 1 : 2, values: { count: String(count) } };
  },
};

/** Which channel has the largest number? */
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
