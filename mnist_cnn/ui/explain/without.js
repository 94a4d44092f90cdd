// What each stroke of a drawing does to the answer: the drawing is read without it.
import { Ink, inkMarks } from "../reader/strokes.js";
import { accountOf } from "./accounts.js";
import { leadOf } from "./contributions.js";

/**
 * @param {(ink: Ink) => object} read returns what the network makes of a drawing, see
 *   reader/reading.js
 * @param marks the visible marks of the drawing, as pad/drawing.js has them
 * @returns {{mark, digit: number | null, lead: number, change: number}[]} for each stroke, also one
 *   that erases: what is read without it, null where no ink is left, the lead that the digit of the
 *   whole drawing has then, and by how much more it leads with the stroke. None of an empty drawing
 */
export function withoutEachStroke(read, marks) {
  const ink = new Ink();
  const readMarks = (some) => {
    inkMarks(ink, some);
    return read(ink);
  };
  const whole = readMarks(marks);
  if (whole.empty) return [];
  const lead = leadOf(whole, whole.digit);
  const strokes = marks.filter(({ kind }) => kind === "stroke");
  return strokes.map((mark) => {
    const rest = readMarks(marks.filter((other) => other !== mark));
    const left = rest.empty ? accountOf(whole).biases : leadOf(rest, whole.digit);
    return { mark, digit: rest.empty ? null : rest.digit, lead: left, change: lead - left };
  });
}
