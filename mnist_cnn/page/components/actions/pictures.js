// What can be saved as a picture: the drawing, the network's input, a layer; each on a new canvas.
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { PAPER } from "../../painting/colormap.js";
import { LayerView } from "../maps/layer.js";
import { Sprite } from "../maps/sprite.js";
import { canvasFrom, canvasOf, rgba } from "../../painting/canvas.js";
import { paintMarks } from "../pad/surface.js";

const LEAST_WIDTH = 1200; // pixels of a layer's picture
const RIM = 30;
const CAPTION = 56; // pixels above a layer, of which 30 are the letters

export const LIGHT = {
  paper: "#ffffff",
  ink: "#1e293b",
  subdued: "#475569",
  line: "#cbd5e1",
  track: "#f1f5f9",
  accent: "#2563eb",
};
const COLORS = { scale: PAPER, gap: 0xfff0e8e2 }; // of a layer; a little-endian RGBA pixel

/** The page's own font; size in pixels. */
export function font(size, weight = 400) {
  const page = document.querySelector(".gradio-container");
  return `${weight} ${size}px ${getComputedStyle(page).fontFamily}`;
}

/** A layer's name, bold, and what it is; at most as wide as `room`. */
export function writeCaption(context, { name, words }, x, y, size, room) {
  context.fillStyle = LIGHT.ink;
  context.textAlign = "left";
  context.font = font(size, 700);
  context.fillText(name, x, y);
  const indent = context.measureText(`${name} `).width;
  context.font = font(size);
  context.fillStyle = LIGHT.subdued;
  context.fillText(words, x + indent, y, room - indent);
}

export function blank(width, height, color = LIGHT.paper) {
  const canvas = canvasOf(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = color;
  context.fillRect(0, 0, width, height);
  return canvas;
}

/** The marks of a drawing as dark ink on white. */
export function drawingPicture(marks, side) {
  const ink = canvasOf(side, side);
  paintMarks(ink.getContext("2d"), marks, LIGHT.ink);
  const canvas = blank(side, side);
  canvas.getContext("2d").drawImage(ink, 0, 0); // separately: the eraser makes ink transparent
  return canvas;
}

/** The 28×28 picture as MNIST has them, white on black, so that its levels can be read back. */
export function inputPicture(levels, zoom) {
  const exact = canvasFrom(levels, IMAGE_SIZE, (level) => rgba([level, level, level]));
  const canvas = blank(IMAGE_SIZE * zoom, IMAGE_SIZE * zoom);
  paintCrisp(canvas.getContext("2d"), exact, 0, 0, zoom);
  return canvas;
}

/**
 * A layer without a place on the page.
 * @param columns of channels side by side, called with the shape of what is laid out
 * @returns {canvas, name, words}: a pixel for each activation, and its caption
 */
export function layerSprite(layer, grid, activations, perChannel, columns) {
  const view = new LayerView(layer, grid);
  view.sprite = new Sprite(view.canvas, view.laid, columns(view.laid), COLORS);
  view.show(activations, perChannel);
  const words = view.element.querySelector("figcaption span").textContent;
  return { canvas: view.canvas, name: layer.name, words };
}

/** A layer with its caption, each activation a square of whole pixels. */
export function layerPicture(layer, grid, activations, perChannel) {
  const sprite = layerSprite(layer, grid, activations, perChannel, twiceAsWide);
  const zoom = Math.ceil((LEAST_WIDTH - 2 * RIM) / sprite.canvas.width);
  const width = sprite.canvas.width * zoom + 2 * RIM;
  const canvas = blank(width, sprite.canvas.height * zoom + 2 * RIM + CAPTION);
  const context = canvas.getContext("2d");
  writeCaption(context, sprite, RIM, RIM + 30, 30, width - 2 * RIM);
  paintCrisp(context, sprite.canvas, RIM, RIM + CAPTION, zoom);
  return canvas;
}

/** The power of two of channels side by side for which a layer is about twice as wide as high. */
const twiceAsWide = ([, , channels]) =>
  Math.min(channels, 2 ** Math.ceil(Math.log2(Math.sqrt(2 * channels)) - 0.25));

/** A picture, each of its pixels a square. */
export function paintCrisp(context, source, x, y, zoom) {
  context.imageSmoothingEnabled = false;
  context.drawImage(source, x, y, source.width * zoom, source.height * zoom);
  context.imageSmoothingEnabled = true;
}
