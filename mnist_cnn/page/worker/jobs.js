// The jobs of the worker, by name: generators, or promises of one. They yield now and then, at times a
// number from 0 to 1 for their progress, and return what structured cloning can copy. An error may have
// `refused`, the key of the text that tells the person why.
import { smallestNorm } from "../experiments/gradients/adversarial.js";
import { excite } from "../experiments/gradients/excitation.js";
import { ask, draw, predict } from "../experiments/lesson.js";
import { survey } from "../experiments/survey.js";
import { worksheet } from "../experiments/worksheet.js";
import { findInk } from "../reader/ink.js";

export const JOBS = { ask, change, draw, excite, ink, predict, survey, worksheet };

/** The smallest change of a picture that flips the answer, see `smallestNorm`. */
function* change({ network, image }) {
  return yield* smallestNorm(network, image);
}

/** The ink in an ImageData. */
function* ink({ picture }) {
  return findInk(picture);
}
