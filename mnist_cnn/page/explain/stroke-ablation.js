// What each stroke of a drawing does to the answer: reads the drawing without it.
import { Ink, inkMarks } from "../reader/strokes.js";
import { accountOf, leadOf } from "./contributions.js";

/**
 * A generator.
 * @param {(ink: Ink) => Generator} reading returns a reading, see reader/reading.js; null if there is no
 *   network, or it has changed meanwhile
 * @param marks the visible marks of the drawing, see components/pad/drawing.js
 * @returns {{mark, digit: number | null, lead: number, change: number}[]} for each stroke, including
 *   erasing ones; digit: the answer without it, null if no ink is left; lead: that of the whole
 *   drawing's digit without the stroke; change: what the stroke adds to it. [] for an empty drawing
 */
export function* withoutEachStroke(reading, marks) {
  const ink = new Ink();
  const readingMarks = (some) => {
    inkMarks(ink, some);
    return reading(ink);
  };
  const whole = yield* readingMarks(marks);
  if (!whole || whole.empty) return [];
  const lead = leadOf(whole, whole.digit);
  const found = [];
  for (const mark of marks.filter(({ kind }) => kind === "stroke")) {
    const rest = yield* readingMarks(marks.filter((other) => other !== mark));
    if (!rest) return [];
    const left = rest.empty ? accountOf(whole).biases : leadOf(rest, whole.digit);
    found.push({ mark, digit: rest.empty ? null : rest.digit, lead: left, change: lead - left });
  }
  return found;
}
