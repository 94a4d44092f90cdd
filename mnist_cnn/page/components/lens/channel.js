// What is known of a channel: its kernel, what excites it in this drawing, what excites it most.
import { text } from "../../locales/language.js";
import { make } from "../../dom/elements.js";
import { canvasFrom, imageOf } from "../../painting/canvas.js";
import { inkScale, signedPixel } from "../../painting/colormap.js";
import { channelOf, largest } from "../../painting/map.js";
import { argmax } from "../../reader/math.js";
import { IMAGE_SIZE, cut } from "../../reader/preprocess.js";
import { show } from "./feature-pictures.js";

const KERNELS_A_ROW = 8;

let best = {}; // the picture shown of what excites the channel most: {key, figure, network, busy}

/** Fill `element` with what is known of the channel of `place`. */
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
  const most = largest(kernels.flat(2));
  const context = canvas.getContext("2d");
  channels.forEach((channel, i) => {
    const slice = imageOf(kernels[i].flat(), width, (weight) => signedPixel(weight / most));
    const left = (channel % columns) * (width + 1);
    context.putImageData(slice, left, Math.floor(channel / columns) * (height + 1));
  });
  return figure(canvas, text("itsKernel", { count: channels.length, height, width }));
}

/** The part of the picture that the channel's strongest cell sees; null if the channel is off. */
function strongestPatch(network, { layer, cell }, { layers, image }) {
  if (cell.length !== 3) return null;
  const numbers = channelOf(layers.get(layer), cell[2]);
  const strongest = argmax(numbers);
  if (numbers[strongest] <= 0) return null;
  const { shape } = network.layer(layer);
  const at = [Math.floor(strongest / shape[1]), strongest % shape[1], cell[2]];
  const { left, top, right, bottom } = network.place(layer, at).region;
  const { width, pixels } = cut({ width: IMAGE_SIZE, pixels: image }, [left, top, right, bottom]);
  return { width, levels: pixels };
}

/** What excites the channel most: one figure for as long as it is looked at, even while the network learns. */
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

/** Ink levels in the page's colours. */
function pageInk({ width, levels }) {
  const { pixels } = inkScale();
  const canvas = canvasFrom(levels, width, (level) => pixels[level]);
  canvas.className = "ink";
  return canvas;
}
