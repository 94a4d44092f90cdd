// Paints the drawing twice: sharp for the eye, and as ink for the network to read.
import { Ink, inkMarks } from "../../reader/strokes.js";
import { canvasOf } from "../../painting/canvas.js";
import { PAD_SIZE } from "./drawing.js";

/** The drawing as the eye sees it, and its ink. */
export class Surface {
  constructor(canvas) {
    this.canvas = canvas;
    this.eye = canvas.getContext("2d");
    this.ink = new Ink();
  }

  /** Fit the sharp canvas to its place and the screen's density; true when it changed. */
  fit() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!side || side === this.canvas.width) return false;
    this.canvas.width = this.canvas.height = side;
    return true;
  }

  repaint(marks) {
    this.color = getComputedStyle(this.canvas).color; // the theme's ink
    clear(this.eye);
    paintMarks(this.eye, marks, this.color);
    inkMarks(this.ink, marks);
  }

  /** Paint `stroke` from its point number `from` on. */
  extend(stroke, from) {
    paintStroke(this.eye, stroke, from, this.color);
    this.ink.draw(stroke, from);
  }
}

function clear(context) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
}

/** Paint marks, as Drawing has them, on a square canvas of any size. */
export function paintMarks(context, marks, color) {
  for (const mark of marks) {
    if (mark.kind === "picture") paintPicture(context, mark, color);
    else paintStroke(context, mark, 0, color);
  }
}

function paintPicture(context, mark, color) {
  const side = context.canvas.width;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(tinted(mark.canvas, color), 0, 0, side, side);
}

function paintStroke(context, stroke, from, color) {
  const factor = context.canvas.width / PAD_SIZE;
  context.setTransform(factor, 0, 0, factor, 0, 0);
  context.globalCompositeOperation = stroke.erase ? "destination-out" : "source-over";
  context.strokeStyle = color;
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = stroke.width;
  trace(context, stroke.points, from);
  context.globalCompositeOperation = "source-over";
}

function trace(context, points, from) {
  const start = Math.max(0, 2 * from - 2);
  context.beginPath();
  context.moveTo(points[start], points[start + 1]);
  // A dot; Chromium leaves out lines without length.
  if (points.length === start + 2) context.lineTo(points[start] + 0.01, points[start + 1]);
  for (let i = start + 2; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
  context.stroke();
}

function tinted(canvas, color) {
  const copy = canvasOf(canvas.width, canvas.height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  copy.globalCompositeOperation = "source-in";
  copy.fillStyle = color;
  copy.fillRect(0, 0, canvas.width, canvas.height);
  return copy.canvas;
}
