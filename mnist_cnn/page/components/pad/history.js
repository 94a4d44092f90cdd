// A drawing in time: how much of it there is, and what it was when less was drawn.
//
// Time is counted in points of strokes; a picture is one moment.

const momentsOf = (mark) => (mark.kind === "stroke" ? mark.points.length / 2 : 1);

/** The number of moments of the visible marks. */
export const lengthOf = (marks) => marks.reduce((sum, mark) => sum + momentsOf(mark), 0);

/** The moments at which a stroke ends. */
export function endsOf(marks) {
  let at = 0;
  return marks.map((mark) => (at += momentsOf(mark)));
}

/** The marks as they were at a moment: the last stroke perhaps not finished. */
export function marksAt(marks, moment) {
  const past = [];
  let left = moment;
  for (const mark of marks) {
    if (left <= 0) break;
    const whole = momentsOf(mark) <= left;
    past.push(whole ? mark : { ...mark, points: mark.points.slice(0, 2 * left) });
    left -= momentsOf(mark);
  }
  return past;
}
