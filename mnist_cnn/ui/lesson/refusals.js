// Why the lesson cannot show something, in the page's language.
import { text } from "../locales/language.js";

const SENTENCES = {
  "lesson setting": "lessonSetting",
  "lesson incomplete": "lessonIncomplete",
  "lesson number": "lessonNoNumber",
};

/** The sentence of an error; see `refuse` in transport/transport.js. */
export function sentenceOf({ refused }) {
  return text(SENTENCES[refused] ?? refused ?? "unreachable");
}
