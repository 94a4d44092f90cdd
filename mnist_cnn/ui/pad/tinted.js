// The strokes of the drawing, each in a colour of its own, while one of them is pointed at.
import { strokeColor } from "../strokes/colors.js";
import { listen } from "../transport/events.js";
import { paintMarks } from "./surface.js";

const FADED = 0.35; // of those that are not pointed at

/** paper: the element the drawing fills; the colours lie over it */
export function tintStrokes(paper) {
  const canvas = document.createElement("canvas");
  canvas.className = "heat";
  listen("stroke", (pointed) => {
    if (!pointed) return canvas.remove();
    paper.scrollIntoView({ block: "nearest" }); // on a phone, what is pointed at stands far below
    const { width, height } = paper.querySelector("canvas");
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    pointed.marks.forEach((mark, i) => {
      context.globalAlpha = i === pointed.at ? 1 : FADED;
      paintMarks(context, [mark], strokeColor(i));
    });
    paper.querySelector("canvas").after(canvas);
  });
}
