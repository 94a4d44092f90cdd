// The answers to drawings that the doors put on the pad, and to a person's own. An answer is awaited
// before the pad changes: a short reading is told before the change has returned.
import { refusal } from "../../painting/canvas.js";
import { emit, listen, valueOf } from "../../state/events.js";
import { count, muted, unmuteAll } from "../../state/muted.js";
import { ABANDONED } from "../../worker/work.js";
import { marksOf } from "../lesson/drawings.js";

let awaited = null; // {isIt, isOvertaken, resolve, reject}: tests of an answer, and who waits for it

/**
 * Put a drawing on the pad.
 * @returns a promise of the answer to it, rejected with ABANDONED when something else is drawn or awaited first
 */
export function answerTo(name) {
  const { edition } = valueOf("past");
  const marks = marksOf(name);
  const isIt = ({ frame }) => frame.marks.length === marks.length && frame.marks.at(-1) === marks.at(-1);
  const answer = next(isIt, () => true); // none is told that was read from an older drawing
  emit("strokes", { marks });
  if (valueOf("past").edition === edition) overtake(); // a stroke is being drawn, which is not cut off
  return answer;
}

/** The answer to this person's drawing with nothing muted; where there is none, to a seven on the pad. */
export function answerToDrawing() {
  const { answer, frame } = valueOf("answer");
  if (answer.empty || frame.guest) return answerTo("seven");
  if (!count()) return Promise.resolve(answer);
  const unmuted = next(
    (told) => !told.answer.empty && told.answer.muted === muted(),
    (told) => told.answer.empty || told.frame.guest,
  );
  unmuteAll();
  return unmuted;
}

/** A promise of the next answer that is it. */
function next(isIt, isOvertaken) {
  overtake();
  return new Promise((resolve, reject) => {
    awaited = { isIt, isOvertaken, resolve, reject };
  });
}

function overtake() {
  awaited?.reject(refusal(ABANDONED));
  awaited = null;
}

listen("answer", (told) => {
  if (!awaited) return;
  if (awaited.isIt(told)) {
    awaited.resolve(told.answer);
    awaited = null;
  } else if (awaited.isOvertaken(told)) overtake();
});
