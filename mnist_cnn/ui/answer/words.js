// The answer in words: its doubt, its percentages.
import { text } from "../locales/language.js";

const DOUBTS = {
  wide: "doubtWide",
  blob: "doubtBlob",
  unfamiliar: "doubtUnfamiliar",
  unsure: "doubtUnsure",
};

/** The sentence that says why it may be no digit, or "". */
export const doubtOf = (answer) => (answer.doubt ? text(DOUBTS[answer.doubt]) : "");

/** Beside a bar: nothing where it is less than one percent, which the bar says as well. */
export const inFigures = (probability) =>
  probability >= 0.99995 ? "100%"
  : probability >= 0.99 ? `${Math.floor(probability * 1000) / 10}%`
  : probability >= 0.01 ? `${Math.round(probability * 100)}%`
  : "";

/** Three digits are enough to see, and "100" only when it is. */
export function inPercent(probability) {
  const percent = probability * 100;
  if (percent >= 99.95) return percent >= 99.995 ? "100%" : `${percent.toFixed(2)}%`;
  return percent >= 0.1 ? `${percent.toFixed(1)}%` : percent >= 0.005 ? `${percent.toFixed(2)}%` : "0%";
}

/** Words that stay are left alone: new ones, even the same, make the browser lay out the page. */
export function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
