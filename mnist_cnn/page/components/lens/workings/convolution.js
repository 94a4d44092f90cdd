// A convolution: patch times kernel, channel by channel, then bias and activation.
import { text } from "../../../locales/language.js";
import { signedShade } from "../../../painting/colormap.js";
import { IMAGE } from "../../../state/layers.js";
import { closing, fedBy, rest, signOf, tile, towards } from "./arithmetic.js";
import { cover, make } from "../../../dom/elements.js";
import { signedShort } from "../../../locales/numbers.js";
import { channelOf, largest, mapOf, paintMap, shadeOf } from "../../../painting/map.js";
import { sum } from "../../../reader/math.js";

const SHOWN_CHANNELS = 3; // channels, the largest first

export function convolution(explanation, network, links, open, answer) {
  const { channels, sums, inputs } = explanation;
  const map = mapOf(answer, inputs.layer);
  const most = largest(explanation.kernels.flat(2));
  const shades = {
    patch: shadeOf(map, inputs.layer === IMAGE ? 1 : largest(explanation.patches.flat(2))),
    kernel: (weight) => signedShade(weight / most),
  };
  const row = (i) => channelRow(explanation, i, shades, links, map);
  const rows = channels.map((_, i) => i);
  const parts = rows.slice(0, SHOWN_CHANNELS).map(row);
  if (rows.length > SHOWN_CHANNELS) {
    const others = rows.slice(SHOWN_CHANNELS);
    const values = { count: others.length, sum: signedShort(sum(others.map((i) => sums[i]))) };
    parts.push(rest(text("moreChannels", values), open, () => others.map(row)));
  }
  return [...parts, closing(text("sumOfProducts"), sum(sums), explanation)];
}

/** The input channel's map, its patch × the kernel = the sum of the products. */
function channelRow({ inputs, channels, sums, patches, kernels }, i, shades, links, map) {
  const channel = channels[i];
  const source = (row, column) =>
    towards(links, inputs.layer, [inputs.row + row, inputs.column + column, channel]);
  const row = make(
    "div",
    "row",
    thumbnail(map, channel, inputs, patches[i]),
    tile(patches[i], shades.patch, source),
    make("span", "sign", "×"),
    tile(kernels[i], shades.kernel),
    make("span", "sign", "="),
    make("b", `sum ${signOf(sums[i])}`, signedShort(sums[i])),
  );
  return fedBy(row, inputs.layer, channel, sums[i]);
}

/** The whole map of an input channel, its patch outlined. */
function thumbnail(map, channel, { layer, row, column }, patch) {
  const [height, width] = map.shape;
  const canvas = make("canvas");
  paintMap(canvas, map, channelOf(map, channel));
  const seen = make("i", "seen");
  const region = {
    left: Math.max(0, column),
    top: Math.max(0, row),
    right: Math.min(width, column + patch[0].length),
    bottom: Math.min(height, row + patch.length),
  };
  cover(seen, region, width, height);
  const holder = make("span", "thumb", canvas, seen);
  holder.title = layer === IMAGE ? text("columnImage") : text("channelOf", { layer, channel });
  return holder;
}
