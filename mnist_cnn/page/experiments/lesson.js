// The chapters of the lesson: each computes its pictures and its question from a drawing.
//
// A module of chapters/ exports `pictures`, generators by name, and `question`, a generator. Each gets
// (course, read, state) and returns plain values: see Course, `classify`, and settings.js for the state.
// `predictions`, generators by the name of a card, return {right, values}: which of its choices is right,
// from 0, and texts for the placeholders of its outcome.
// A chapter that compares networks also exports `networks`, their names.
import { preprocess } from "../reader/preprocess.js";
import { accepts } from "./answer-check.js";
import { classify } from "./classify.js";

const chapterOf = (name) => import(`./chapters/${name}.js`);

/** The networks a chapter compares with the lesson's own, by the names of their files. */
export async function networksOf(chapter) {
  const { networks = [] } = await chapterOf(chapter);
  return networks;
}

/** What a chapter works with: the lesson's network, others it compares, and what Python has measured. */
class Course {
  constructor(given) {
    Object.assign(this, { others: {}, facts: {} }, given);
  }

  /** A layer of the network by name, as the network file describes it. */
  layer(name) {
    return this.network.layers.find((layer) => layer.name === name);
  }
}

/**
 * A picture of a chapter: a promise of a generator.
 * @param about {chapter, picture, state, drawing, network, others, facts}: the names of the chapter and of
 *   its picture; settings, texts by name; {width, height, pixels} with ink in it; the Network of the
 *   lesson; other Networks by name; what mnist_cnn/lesson/figures.py has measured
 * @throws {SettingError} a setting cannot be used
 */
export async function draw({ chapter, picture, state, drawing, ...course }) {
  const { pictures } = await chapterOf(chapter);
  return withReading(new Course(course), drawing, (...given) => pictures[picture](...given, state));
}

/**
 * The question of a chapter: a promise of a generator.
 * @param about as for `draw`, and `typed`: an answer, or null
 * @returns {{values: object, working: string, right: boolean, mistake: string | null}} values: for the
 *   placeholders of the question's text; working: how the answer is worked out; right: `typed` is the
 *   answer; mistake: the known one that leads to `typed`, see explain/guess.js
 * @throws {SettingError} a setting cannot be used, or `typed` is not a number
 */
export async function ask({ chapter, state, drawing, typed = null, ...course }) {
  const { question } = await chapterOf(chapter);
  return withReading(new Course(course), drawing, function* (...given) {
    const asked = yield* question(...given, state);
    const { values = {}, working } = asked;
    const right = typed !== null && accepts(asked, typed);
    return { values, working, right, mistake: right || typed === null ? null : mistakeOf(asked, typed) };
  });
}

/** The known mistake that leads to what is typed, or null. */
const mistakeOf = ({ mistakes = [], tolerance }, typed) =>
  mistakes.find(({ value }) => accepts({ answer: value, tolerance }, typed))?.mistake ?? null;

/**
 * What a card's prediction is about: a promise of a generator.
 * @param about as for `draw`, and `card`: its name
 * @returns {{right: number, values: object}} the choice that is right, from 0; texts for its outcome
 * @throws {SettingError} a setting cannot be used
 */
export async function predict({ chapter, card, state, drawing, ...course }) {
  const { predictions } = await chapterOf(chapter);
  return withReading(new Course(course), drawing, function* (...given) {
    const { right, values = {} } = yield* predictions[card](...given, state);
    return { right, values };
  });
}

/** What `find`, a generator, returns for a course and a drawing with what `classify` returns for it. */
function* withReading(course, drawing, find) {
  const read = yield* classify(course.network, preprocess(drawing).image);
  return yield* find(course, { drawing, ...read });
}
