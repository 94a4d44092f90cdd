// Shows each stroke of the drawing in a colour of its own while one of them is pointed at.
import { make } from "../../../dom/elements.js";
import { strokeColor } from "../../strokes/colors.js";
import { listen } from "../../../state/events.js";
import { paintMarks } from "../surface.js";

const FADED = 0.35; // of those that are not pointed at

/** paper: the element the drawing fills; the colours lie over it */
export function createTintedStrokes(paper) {
  const canvas = make("canvas", "heat");
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
