// Paints the stages of preprocessing, each on a canvas of its own.
import { canvasOf } from "../pad/canvas.js";
import { PAD_SIZE } from "../pad/drawing.js";

const IMAGE_SIZE = 28;
const DRAWN_AT = 84; // pixels of a stage for which the box around the ink is one pixel thick

export class Stages {
  /** canvases: {drawing, crop} of any size, {scaled} 20×20, {image} 28×28 */
  constructor(canvases) {
    this.contexts = Object.fromEntries(
      Object.entries(canvases).map(([name, canvas]) => [name, canvas.getContext("2d")]),
    );
    this.crop = new InkBitmap(PAD_SIZE);
    this.image = new InkBitmap(IMAGE_SIZE);
  }

  /** colors: {ink: [red, green, blue], accent} */
  paint(answer, colors) {
    const { contexts, crop, image } = this;
    for (const context of Object.values(contexts)) {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    }
    if (answer.empty) return;
    crop.put(answer.crop, colors.ink);
    image.put({ width: IMAGE_SIZE, height: IMAGE_SIZE, pixels: answer.image }, colors.ink);
    paintDrawing(contexts.drawing, crop.canvas, answer, colors.accent);
    paintCrop(contexts.crop, crop.canvas, answer.crop);
    paintScaled(contexts.scaled, image.canvas, answer);
    contexts.image.drawImage(image.canvas, 0, 0);
  }
}

/** The ink where it is on the pad, in its box. */
function paintDrawing(context, ink, { box: [left, top], crop: { width, height } }, accent) {
  const factor = context.canvas.width / PAD_SIZE;
  const place = [left, top, width, height].map((units) => units * factor);
  context.drawImage(ink, 0, 0, width, height, ...place);
  context.strokeStyle = accent;
  context.lineWidth = context.canvas.width / DRAWN_AT;
  context.strokeRect(...place);
}

function paintCrop(context, ink, { width, height }) {
  const side = context.canvas.width;
  const factor = side / Math.max(width, height);
  const [w, h] = [width * factor, height * factor];
  context.drawImage(ink, 0, 0, width, height, (side - w) / 2, (side - h) / 2, w, h);
}

function paintScaled(context, image, answer) {
  const { width, height } = answer.scaled;
  const [left, top] = answer.offset;
  const at = [Math.floor((20 - width) / 2), Math.floor((20 - height) / 2)];
  context.drawImage(image, left, top, width, height, ...at, width, height);
}

/** Ink levels as a canvas, made once: a new one for every answer costs a millisecond. */
class InkBitmap {
  constructor(side) {
    this.canvas = canvasOf(side, side);
    this.context = this.canvas.getContext("2d");
  }

  /** Put the picture in the upper left corner, its ink in a colour on nothing. */
  put({ width, height, pixels: levels }, [red, green, blue]) {
    const image = this.context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const ink = (blue << 16) | (green << 8) | red;
    for (let i = 0; i < levels.length; i++) pixels[i] = (levels[i] << 24) | ink;
    this.context.putImageData(image, 0, 0);
  }
}
