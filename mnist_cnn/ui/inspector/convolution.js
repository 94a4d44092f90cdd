// A convolution: patch times kernel, channel by channel, then bias and ReLU.
import { text } from "../locales/language.js";
import { shade, signedShade } from "../maps/colormap.js";
import { IMAGE } from "../maps/network.js";
import { shortNumber } from "../maps/readout.js";
import { closing, make, rest, tile, towards } from "./elements.js";

const SHOWN = 3; // channels, the largest first

export function convolution(explanation, network, links, open) {
  const { channels, sums, inputs } = explanation;
  const scales = {
    patch: largest(explanation.patches),
    kernel: largest(explanation.kernels),
  };
  const row = (i) => channelRow(explanation, i, scales, links);
  const rows = channels.map((_, i) => i);
  const parts = [closing(text("sumOfProducts"), add(sums), explanation)];
  parts.push(
    make("p", "hint", text(inputs.layer === IMAGE ? "workingConvImage" : "workingConv", {
      count: channels.length,
      layer: inputs.layer,
    })),
    ...rows.slice(0, SHOWN).map(row),
  );
  if (rows.length > SHOWN) {
    const others = rows.slice(SHOWN);
    const sum = shortNumber(add(others.map((i) => sums[i])));
    parts.push(
      rest(text("moreChannels", { count: others.length, sum }), open, () => others.map(row)),
    );
  }
  return parts;
}

function channelRow({ inputs, channels, sums, patches, kernels }, i, scales, links) {
  const products = patches[i].map((row, y) => row.map((value, x) => value * kernels[i][y][x]));
  const name =
    inputs.layer === IMAGE ? text("pictureProducts") : text("channelOf", { layer: inputs.layer, channel: channels[i] });
  const source = (row, column) => {
    const cell = [inputs.row + row, inputs.column + column, channels[i]];
    return towards(links, inputs.layer, cell);
  };
  return make(
    "div",
    "row",
    make("small", "name", name),
    tile(patches[i], (value) => shade(value / scales.patch), source),
    make("span", "sign", "×"),
    tile(kernels[i], (value) => signedShade(value / scales.kernel)),
    make("span", "sign", "="),
    tile(products, (value) => signedShade(value / (scales.patch * scales.kernel))),
    make("span", "total", "Σ", make("b", "sum", shortNumber(sums[i]))),
  );
}

const add = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

const largest = (numbers) =>
  numbers.flat(2).reduce((most, number) => Math.max(most, Math.abs(number)), 1e-9);
