// Why the lesson cannot show something, in the page's language.
import { text } from "../locales/language.js";

const SENTENCES = {
  "lesson setting": "lessonSetting",
  "lesson incomplete": "lessonIncomplete",
  "lesson number": "lessonNoNumber",
};

/** The sentence of an error; see transport/question.js. */
export const sentenceOf = ({ refused }) =>
  refused in SENTENCES ? text(SENTENCES[refused]) : text(refused ?? "unreachable");
