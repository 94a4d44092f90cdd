// How many test digits of each kind a correction has gained or lost.
import { make } from "../../dom/elements.js";
import { text } from "../../locales/language.js";

/**
 * Fill a list with ten counts.
 * @param list the element
 * @param {{right: number[], rightBefore: number[]}} result for each digit, how many are read right
 */
export function showChanges(list, { right, rightBefore }) {
  list.replaceChildren(...right.map((count, digit) => change(digit, count - rightBefore[digit])));
}

function change(digit, count) {
  const words = count > 0 ? `+${count}` : count < 0 ? `−${-count}` : "±0";
  const signed = make("span", count < 0 ? "lost" : count > 0 ? "gained" : "", words);
  const title = text("changeOf", { digit, count: words });
  return make("li", { title }, make("b", "", String(digit)), " ", signed);
}
