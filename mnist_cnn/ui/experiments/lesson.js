// The chapters of the lesson: each computes its pictures and its question from one drawing.
//
// A module of chapters/ has `pictures`, generators by name, and `question`, a generator: each is given
// (course, read, state) and returns plain values. `networks` names the other networks it looks at.
import { Course } from "./course.js";
import { accepts } from "./question.js";
import * as convolution from "./chapters/convolution.js";
import * as failures from "./chapters/failures.js";
import * as filters from "./chapters/filters.js";
import * as flatten from "./chapters/flatten.js";
import * as hierarchy from "./chapters/hierarchy.js";
import * as howToDownsample from "./chapters/how-to-downsample.js";
import * as network from "./chapters/network.js";
import * as training from "./chapters/training.js";
import * as translation from "./chapters/translation.js";
import * as whyDownsample from "./chapters/why-downsample.js";

const CHAPTERS = {
  convolution,
  failures,
  filters,
  flatten,
  hierarchy,
  "how-to-downsample": howToDownsample,
  network,
  training,
  translation,
  "why-downsample": whyDownsample,
};

/** The networks besides the lesson's own that a chapter looks at, by the names of their files. */
export const networksOf = (chapter) => CHAPTERS[chapter].networks ?? [];

/**
 * A picture of a chapter; a generator.
 * @param about {chapter, picture, state, drawing, network, others, facts}: names of the chapter and its
 *   picture; what is set, texts by name; {width, height, pixels}; see Course
 * @throws {SettingError} something is set that cannot be
 */
export function* draw({ chapter, picture, state, drawing, ...course }) {
  const made = new Course(course);
  return yield* CHAPTERS[chapter].pictures[picture](made, yield* made.read(drawing), state);
}

/**
 * The question of a chapter; a generator.
 * @param about as of `draw`, and `typed`: an answer, or null
 * @returns {{values: object, working: string, right: boolean}} what fills the question's holes, how it
 *   is worked out, and whether `typed` is right
 * @throws {SettingError} something is set that cannot be, or `typed` is no number
 */
export function* ask({ chapter, state, drawing, typed = null, ...course }) {
  const made = new Course(course);
  const asked = yield* CHAPTERS[chapter].question(made, yield* made.read(drawing), state);
  const { values = {}, working } = asked;
  return { values, working, right: typed !== null && accepts(asked, typed) };
}
