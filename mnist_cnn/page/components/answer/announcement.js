// Tells screen readers the answer once the pen rests; while it moves, they would only be interrupted.
import { listen } from "../../state/events.js";
import { text } from "../../locales/language.js";
import { doubtOf } from "./doubt.js";

const DELAY = 1000; // milliseconds without a new answer

export class Announcement {
  #timer = null;
  #started = false; // an empty pad is no news before anything was drawn
  #said = null; // the answer that the region tells

  /** element: a live region */
  constructor(element) {
    this.element = element;
    listen("language", () => this.#said && this.say(this.#said));
  }

  hear(answer) {
    clearTimeout(this.#timer);
    this.#started ||= !answer.empty;
    if (this.#started) this.#timer = setTimeout(() => this.say(answer), DELAY);
  }

  say(answer) {
    this.#said = answer;
    const sentences = answer.empty ? [text("announceEmpty")] : [topThree(answer), doubtOf(answer)];
    this.element.textContent = sentences.filter(Boolean).join(" ");
  }
}

function topThree({ probabilities }) {
  const order = [...probabilities.keys()].toSorted((a, b) => probabilities[b] - probabilities[a]);
  const [percent, secondPercent, thirdPercent] = order.map((i) => inWords(probabilities[i]));
  const [digit, second, third] = order;
  return text("announceAnswer", { digit, percent, second, secondPercent, third, thirdPercent });
}

/** A share as percent, with as many digits as tell it from 0 and 100. */
function inWords(share) {
  const percent = 100 * share;
  if (percent < 0.01) return text("announceLess");
  const digits = percent < 0.1 || (percent > 99.9 && percent < 99.995) ? 2 : 1;
  return String(Number(percent.toFixed(digits)));
}
