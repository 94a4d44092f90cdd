// What the worker can do, by name: generators, which yield now and then, a number from 0 to 1 where
// they know how much is done, and return what structured cloning can copy. An error with `refused`
// says so to the person, by that key.
import { excite } from "../experiments/excitation.js";
import { ask, draw } from "../experiments/lesson.js";
import { worksheet } from "../experiments/worksheet.js";
import { inkIn } from "../reader/ink.js";

export const JOBS = { ask, draw, excite, ink, worksheet };

/** The ink in an ImageData. */
function* ink({ picture }) {
  return inkIn(picture);
}
