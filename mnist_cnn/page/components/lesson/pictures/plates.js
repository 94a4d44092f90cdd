// Small pictures made of numbers, each a canvas with one pixel for a number.
import { text } from "../../../locales/language.js";
import { cellUnder, cover, make } from "../../../dom/elements.js";
import { canvasFrom, inkOnPaper } from "../../../painting/canvas.js";
import { PAPER, signedPixel } from "../../../painting/colormap.js";
import { largest } from "../../../painting/map.js";

/** Ink levels, 0 to 255, dark on white. */
export const inkPlate = (rows) => asPlate(inkOnPaper(rows.flat(), rows[0].length));

/** Levels, 0 to 255, in the colours of feature maps. */
export const levelPlate = (rows) => plate(rows, (level) => PAPER.pixels[level]);

/** Numbers from 0 to `most`, in the same colours. */
export const numberPlate = (rows, most = largest(rows.flat())) =>
  plate(rows, (value) => PAPER.pixels[Math.round((Math.max(0, value) / most) * 255)]);

/** Numbers with a sign: blue above 0, orange below. */
export const signedPlate = (rows, most = largest(rows.flat())) =>
  plate(rows, (value) => signedPixel(value / most));

/** One pixel for each number in `rows`; `color` as for `canvasFrom`. */
export const plate = (rows, color) => asPlate(canvasFrom(rows.flat(), rows[0].length, color));

const asPlate = (canvas) => Object.assign(canvas, { className: "plate" });

/** A plate with a caption below it and the frames in `boxes` over it. */
export function figure(canvas, caption, boxes = [], className = "") {
  return make(
    "figure",
    className,
    make("div", "over", canvas, ...boxes),
    make("figcaption", "", caption),
  );
}

/** A frame around [left, top, right, bottom] of a picture of `width` × `height`. */
export function frame([left, top, right, bottom], width, height = width, className = "frame") {
  const box = make("i", className);
  cover(box, { left, top, right, bottom }, width, height);
  return box;
}

/** Buttons of which one is chosen; key: of the name of the group. */
export const choiceOf = (key, ...buttons) =>
  make("div", { className: "choice", role: "group", "aria-label": text(key) }, ...buttons);

/** A region in which a table scrolls that is wider than a phone; with the keyboard, too. */
export function scrolled(table) {
  const region = make("div", "wide", table);
  region.tabIndex = 0;
  return region;
}

/** The cell of a plate under the pointer, or the nearest one: [row, column]. */
export const under = (canvas, event) => cellUnder(event, canvas, canvas.height, canvas.width);
