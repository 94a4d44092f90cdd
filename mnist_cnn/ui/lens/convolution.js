// A convolution: patch times kernel, channel by channel, then bias and activation.
import { text } from "../locales/language.js";
import { signedShade } from "../maps/colormap.js";
import { IMAGE } from "../maps/network.js";
import { closing, fedBy, make, rest, signOf, signed, tile, towards } from "./elements.js";
import { channelOf, largest, mapOf, paintMap, shadeOf } from "./map.js";

const SHOWN = 3; // channels, the largest first

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
  const parts = rows.slice(0, SHOWN).map(row);
  if (rows.length > SHOWN) {
    const others = rows.slice(SHOWN);
    const sum = signed(add(others.map((i) => sums[i])));
    parts.push(
      rest(text("moreChannels", { count: others.length, sum }), open, () => others.map(row)),
    );
  }
  return [...parts, closing(text("sumOfProducts"), add(sums), explanation)];
}

/** The input channel's map, its patch × the kernel = the sum of the products. */
function channelRow({ inputs, channels, sums, patches, kernels }, i, shades, links, map) {
  const channel = channels[i];
  const source = (row, column) =>
    towards(links, inputs.layer, [inputs.row + row, inputs.column + column, channel]);
  const sum = make("b", `sum ${signOf(sums[i])}`, signed(sums[i]));
  const row = make(
    "div",
    "row",
    thumbnail(map, channel, inputs, patches[i]),
    tile(patches[i], shades.patch, source),
    make("span", "sign", "×"),
    tile(kernels[i], shades.kernel),
    make("span", "sign", "="),
    sum,
  );
  return fedBy(row, inputs.layer, channel, sums[i]);
}

/** The whole map of an input channel, its patch outlined. */
function thumbnail(map, channel, { layer, row, column }, patch) {
  const [height, width] = map.shape;
  const canvas = make("canvas");
  paintMap(canvas, map, channelOf(map, channel));
  const seen = make("i", "seen");
  Object.assign(seen.style, {
    left: share(Math.max(0, column), width),
    top: share(Math.max(0, row), height),
    width: share(Math.min(width, column + patch[0].length) - Math.max(0, column), width),
    height: share(Math.min(height, row + patch.length) - Math.max(0, row), height),
  });
  const holder = make("span", "thumb", canvas, seen);
  const channelName = text("channelOf", { layer, channel });
  holder.title = layer === IMAGE ? text("columnImage") : channelName;
  return holder;
}

const share = (cells, side) => `${(100 * cells) / side}%`;

const add = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
