// Plates in the colours of the page as it is, light or dark: zero is paper, ink is ink.
import { make } from "../../../../dom/elements.js";
import { onTheme } from "../../../../dom/theme.js";
import { canvasFrom } from "../../../../painting/canvas.js";
import { inkScale, pageScale, signedPixel } from "../../../../painting/colormap.js";
import { largest } from "../../../../painting/map.js";

/** Ink levels, 0 to 255. */
export const inkOf = (rows) => plate(rows, (level) => inkScale().pixels[level]);

/** Levels of a feature map, 0 to 255. */
export const mapOf = (rows) => plate(rows, (level) => pageScale().pixels[level]);

/** Weights: blue above 0, orange below. */
export const weightsOf = (rows, most = largest(rows.flat())) => plate(rows, (value) => signedPixel(value / most));

function plate(rows, color) {
  const canvas = canvasFrom(rows.flat(), rows[0].length, color);
  canvas.className = "plate";
  return canvas;
}

/** A picture that is drawn again when the page turns light or dark: a function to draw it with. */
export function themed(element, draw) {
  let shown = null;
  onTheme(() => shown && element.isConnected && draw(shown));
  return (found) => draw((shown = found));
}

/** A text with a plate above it. */
export const captioned = (canvas, ...words) => make("figure", "", canvas, make("figcaption", "", ...words));
