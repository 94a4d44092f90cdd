// The stages of preprocessing, each painted on a canvas of its own.
import { canvasOf, imageOf, rgba } from "../../../painting/canvas.js";
import { IMAGE_SIZE } from "../../../reader/preprocess.js";
import { PAD_SIZE } from "../../../reader/strokes.js";

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
    image.put({ width: IMAGE_SIZE, pixels: answer.image }, colors.ink);
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

/** Ink levels as a canvas that is made once: a new one for every answer costs a millisecond. */
class InkBitmap {
  constructor(side) {
    this.canvas = canvasOf(side, side);
    this.context = this.canvas.getContext("2d");
  }

  /** Paint the picture into the upper left corner: its ink in this colour, paper transparent. */
  put({ width, pixels }, color) {
    const ink = rgba(color, 0);
    this.context.putImageData(imageOf(pixels, width, (level) => (level << 24) | ink), 0, 0);
  }
}
