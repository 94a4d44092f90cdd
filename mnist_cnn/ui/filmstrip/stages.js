// Paints the stages of preprocessing, each on a canvas of its own.
import { PAD_SIZE } from "../pad/drawing.js";
import { SENT_SIDE } from "../pad/surface.js";

const IMAGE_SIZE = 28;
const DRAWN_AT = 84; // pixels of a stage for which the box around the ink is one pixel thick

export class Stages {
  /** canvases: {drawing, crop} of any size, {scaled} 20×20, {image} 28×28 */
  constructor(canvases) {
    this.contexts = Object.fromEntries(
      Object.entries(canvases).map(([name, canvas]) => [name, canvas.getContext("2d")]),
    );
    this.sent = new InkBitmap(SENT_SIDE);
    this.image = new InkBitmap(IMAGE_SIZE);
  }

  /** colors: {ink: [red, green, blue], accent} */
  paint(answer, frame, colors) {
    const { contexts, sent, image } = this;
    for (const context of Object.values(contexts)) {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    }
    if (answer.empty) return;
    sent.fill(frame.pixels, frame.width, frame.height, colors.ink);
    image.fill(answer.image, IMAGE_SIZE, IMAGE_SIZE, colors.ink);
    paintDrawing(contexts.drawing, sent.canvas, frame, answer.box, colors.accent);
    paintCrop(contexts.crop, sent.canvas, answer.box);
    paintScaled(contexts.scaled, image.canvas, answer);
    contexts.image.drawImage(image.canvas, 0, 0);
  }
}

function paintDrawing(context, sent, frame, [left, top, right, bottom], accent) {
  const factor = context.canvas.width / PAD_SIZE;
  const place = (x, y) => [(frame.left + x / frame.scale) * factor, (frame.top + y / frame.scale) * factor];
  const size = (width, height) => [(width / frame.scale) * factor, (height / frame.scale) * factor];
  const whole = [0, 0, frame.width, frame.height];
  context.drawImage(sent, ...whole, ...place(0, 0), ...size(frame.width, frame.height));
  context.strokeStyle = accent;
  context.lineWidth = context.canvas.width / DRAWN_AT;
  context.strokeRect(...place(left, top), ...size(right - left, bottom - top));
}

function paintCrop(context, sent, [left, top, right, bottom]) {
  const side = context.canvas.width;
  const [width, height] = [right - left, bottom - top];
  const factor = side / Math.max(width, height);
  const [w, h] = [width * factor, height * factor];
  context.drawImage(sent, left, top, width, height, (side - w) / 2, (side - h) / 2, w, h);
}

function paintScaled(context, image, answer) {
  const [width, height] = answer.scaled;
  const [left, top] = answer.offset;
  const at = [Math.floor((20 - width) / 2), Math.floor((20 - height) / 2)];
  context.drawImage(image, left, top, width, height, ...at, width, height);
}

/** Ink levels as a canvas, made once: a new one for every answer costs a millisecond. */
class InkBitmap {
  constructor(side) {
    this.canvas = new OffscreenCanvas(side, side);
    this.context = this.canvas.getContext("2d");
  }

  /** Put the picture in the upper left corner, its ink in a colour on nothing. */
  fill(levels, width, height, [red, green, blue]) {
    const image = this.context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const ink = (blue << 16) | (green << 8) | red;
    for (let i = 0; i < levels.length; i++) pixels[i] = (levels[i] << 24) | ink;
    this.context.putImageData(image, 0, 0);
  }
}
