// The ink of the whole pad as a mark of a drawing, and as text that storage or a server keeps.
import { canvasFrom, rgba } from "../../painting/canvas.js";
import { PAD_SIZE } from "./drawing.js";

/** levels: of 280×280 pixels, row by row, from 0 for paper to 255 */
export const markOfLevels = (levels) => ({
  kind: "picture",
  canvas: canvasFrom(levels, PAD_SIZE, (level) => rgba([0, 0, 0], level)),
  levels,
});

/** Levels in base64. */
export const encodeLevels = (levels) =>
  btoa(Array.from(levels, (level) => String.fromCharCode(level)).join(""));

export const decodeLevels = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
