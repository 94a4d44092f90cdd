// What is known of a channel: its kernel, what excites it in this drawing, what excites it most.
import { text } from "../locales/language.js";
import { signedPixel } from "../maps/colormap.js";
import { make } from "./elements.js";
import { show } from "./exciting.js";
import { inkScale } from "./ink.js";

const IMAGE_SIZE = 28; // pixels
const KERNELS_A_ROW = 8;

let best = {}; // what is shown of what excites most: {key, figure, network, busy}

/** Fill `element` with what is known of the channel of `place`, and of the answer and its frame. */
export function aboutChannel(element, network, place, explanation, { answer, frame }) {
  const figures = [];
  const patch = strongestPatch(network, place, answer);
  if (patch) figures.push(figure(pageInk(patch), text("excitesHere")));
  if (explanation.kind !== "flatten") figures.push(bestFigure(answer.network, place, frame.network));
  if (explanation.kind === "convolution") figures.push(kernelFigure(explanation));
  element.replaceChildren(...figures);
}

function figure(canvas, caption) {
  return make("figure", "", canvas, make("figcaption", "", caption));
}

/** The kernel, a slice for each channel it reads, in the order of the channels. */
function kernelFigure({ channels, kernels }) {
  const [height, width] = [kernels[0].length, kernels[0][0].length];
  const columns = Math.min(KERNELS_A_ROW, channels.length);
  const rows = Math.ceil(channels.length / columns);
  const canvas = make("canvas", kernels.length > 1 ? "kernel" : "kernel single");
  canvas.width = columns * (width + 1) - 1;
  canvas.height = rows * (height + 1) - 1;
  const most = kernels.flat(2).reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
  const context = canvas.getContext("2d");
  channels.forEach((channel, i) => {
    const pixels = Uint32Array.from(kernels[i].flat(), (weight) => signedPixel(weight / most));
    const slice = new ImageData(new Uint8ClampedArray(pixels.buffer), width, height);
    const left = (channel % columns) * (width + 1);
    context.putImageData(slice, left, Math.floor(channel / columns) * (height + 1));
  });
  return figure(canvas, text("itsKernel", { count: channels.length, height, width }));
}

/** The part of the picture seen by the channel's strongest cell, or null when it is off. */
function strongestPatch(network, { layer, cell }, { layers, image }) {
  if (cell.length !== 3) return null;
  const { shape, values } = layers.get(layer);
  const [height, width, channels] = shape;
  let strongest = 0;
  const value = (i) => values[i * channels + cell[2]];
  for (let i = 1; i < height * width; i++) if (value(i) > value(strongest)) strongest = i;
  if (value(strongest) <= 0) return null;
  const { region } = network.place(layer, [
    Math.floor(strongest / width),
    strongest % width,
    cell[2],
  ]);
  return cut(image, region);
}

function cut(image, { left, top, right, bottom }) {
  const width = right - left;
  const levels = new Uint8Array(width * (bottom - top));
  for (let i = 0; i < levels.length; i++) {
    levels[i] = image[(top + Math.floor(i / width)) * IMAGE_SIZE + left + (i % width)];
  }
  return { width, height: bottom - top, levels };
}

/** What excites it most: as long as the same is looked at, the same figure, though the network learns. */
function bestFigure(network, { layer, cell }, reference) {
  const channel = cell.at(-1);
  const key = `${reference} ${layer} ${channel} ${text("excitesMost")} ${inkScale().paper}`;
  if (best.key !== key) best = { key, figure: figure(make("canvas"), text("excitesMostWait", { share: 0 })) };
  if (!best.busy && (best.network !== network || !best.figure.matches(".made"))) {
    const mine = Object.assign(best, { network, busy: true });
    show(mine.figure, { network, layer, channel }, pageInk, "excitesMost").then(() => (mine.busy = false));
  }
  return best.figure;
}

/** Ink levels as ink is on this page. */
function pageInk({ width, height, levels }) {
  const canvas = make("canvas", "ink");
  Object.assign(canvas, { width, height });
  const { pixels } = inkScale();
  const colors = Uint32Array.from(levels, (level) => pixels[level]);
  const image = new ImageData(new Uint8ClampedArray(colors.buffer), width, height);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
