// Why a digit cannot be put on the wall, or taken off, in the page's language.
import { text } from "../locales/language.js";

const SENTENCES = {
  "wall full": "wallFull",
  "wall yours_full": "wallYoursFull",
  "wall place_full": "wallPlaceFull",
  "wall too_fast": "wallTooFast",
  "wall closed": "wallClosed",
  "wall gone": "wallGone",
};

export const sentenceOf = ({ key, refused }) =>
  key in SENTENCES ? text(SENTENCES[key]) : (refused ?? text("unreachable"));
