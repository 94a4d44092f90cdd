// What each stroke of a drawing does to the answer: the drawing is read without it.
import { Ink, inkMarks } from "../reader/strokes.js";
import { accountOf } from "./accounts.js";
import { leadOf } from "./contributions.js";

/**
 * A generator, which rests every few milliseconds and returns what it has found.
 * @param {(ink: Ink) => Generator} reading returns what the network makes of a drawing, see
 *   reader/reading.js; null where it has no network, or another one by then
 * @param marks the visible marks of the drawing, as pad/drawing.js has them
 * @returns {{mark, digit: number | null, lead: number, change: number}[]} for each stroke, also one
 *   that erases: what is read without it, null where no ink is left, the lead that the digit of the
 *   whole drawing has then, and by how much more it leads with the stroke. None of an empty drawing
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
