// Drawings that the lesson and the doors put on the pad, in pad units: digits, and shapes that are none.
import { emit } from "../../state/events.js";

const BRUSH = 20; // pad units

const STROKES = {
  seven: [[70, 64, 210, 58, 176, 130, 150, 190, 136, 238]],
  four: [
    [112, 52, 96, 108, 84, 160, 140, 160, 200, 158],
    [168, 96, 164, 160, 162, 236],
  ],
  heart: [heart()],
  letter: [
    [64, 70, 92, 226, 140, 116, 188, 226, 216, 70],
  ],
  scribble: [
    [60, 80, 220, 96, 70, 120, 214, 140, 66, 164, 218, 186, 80, 206, 200, 220, 120, 60, 150, 230, 90, 70],
  ],
  A: [[68, 232, 140, 52, 212, 232], [98, 168, 182, 168]],
  E: [[200, 60, 90, 60, 90, 224, 204, 224], [90, 140, 180, 140]],
  K: [[84, 52, 84, 230], [204, 56, 84, 146, 208, 228]],
  M: [[62, 230, 74, 60, 140, 168, 206, 60, 218, 230]],
  T: [[60, 62, 220, 62], [140, 62, 140, 230]],
};

export const NO_DIGITS = ["heart", "letter", "scribble"];

/** The letters among them, by their names. */
export const LETTERS = Object.keys(STROKES).filter((name) => name.length === 1);

/** The curve x = 16 sin³t, y = 13 cos t − 5 cos 2t − 2 cos 3t − cos 4t. */
function heart() {
  return Array.from({ length: 49 }, (_, i) => (i / 48) * 2 * Math.PI).flatMap((t) => [
    140 + 5.4 * 16 * Math.sin(t) ** 3,
    130 - 5.4 * (13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t)),
  ]);
}

/** The marks of a drawing of STROKES. */
export const marksOf = (name) =>
  STROKES[name].map((points) => ({ kind: "stroke", points, width: BRUSH, erase: false }));

/** Put a drawing of STROKES on the pad. */
export const draw = (name) => emit("strokes", { marks: marksOf(name) });
