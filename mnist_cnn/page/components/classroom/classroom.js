// The class on every view: the teacher's strip, a pupil's way to where the teacher brings everybody, and what
// this page predicts and answers, which is counted.
import { translate } from "../../locales/language.js";
import { followBars } from "./bars.js";
import { followCalls } from "./brought.js";
import { createStrip } from "./strip.js";
import { followVotes } from "./voting.js";

export function mount(element) {
  translate(element);
  createStrip(element.querySelector(".strip"));
  followCalls(element.querySelector(".brought"));
  followVotes();
  followBars();
}
