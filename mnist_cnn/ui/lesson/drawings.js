// Drawings the lesson puts on the pad, in pad units: a digit where there is none, and no digits.
import { emit } from "../transport/events.js";

const BRUSH = 20; // pad units

const STROKES = {
  seven: [[70, 64, 210, 58, 176, 130, 150, 190, 136, 238]],
  four: [
    [112, 52, 96, 108, 84, 160, 140, 160, 200, 158],
    [168, 96, 164, 160, 162, 236],
  ],
  heart: [
    [140, 226, 92, 180, 62, 136, 60, 100, 80, 74, 108, 72, 130, 88, 140, 112],
    [140, 112, 150, 88, 172, 72, 200, 74, 220, 100, 218, 136, 188, 180, 140, 226],
  ],
  letter: [
    [64, 70, 92, 226, 140, 116, 188, 226, 216, 70],
  ],
  scribble: [
    [60, 80, 220, 96, 70, 120, 214, 140, 66, 164, 218, 186, 80, 206, 200, 220, 120, 60, 150, 230, 90, 70],
  ],
};

export const NO_DIGITS = ["heart", "letter", "scribble"];

/** Put a drawing of STROKES on the pad. */
export function draw(name) {
  const marks = STROKES[name].map((points) => ({ kind: "stroke", points, width: BRUSH, erase: false }));
  emit("strokes", { marks });
}
