// Ten probabilities as bars, and what one in ten would be.
import { text } from "../../../../locales/language.js";
import { make } from "../../../../dom/elements.js";
import { percent } from "../../../../locales/numbers.js";

const SHOWN = 0.01; // the least probability that is written above its bar

/**
 * @param shares of the ten digits
 * @param digit whose bar stands out
 * @param caption what stands below them
 */
export function probabilityBars(shares, digit, caption) {
  const bars = [...shares].map((share, i) => {
    const bar = make("i", i === digit ? "bar current" : "bar");
    bar.style.height = `${100 * share}%`;
    const words = make("small", "", share >= SHOWN ? percent(share, 0) : "");
    const column = make("div", "column", words, bar);
    return make("li", { title: `${i}: ${percent(share)}` }, column, make("b", "", String(i)));
  });
  const chance = make("i", { className: "chance", title: text("lessonChance") });
  chance.style.bottom = `${100 / shares.length}%`;
  const list = make("ol", { className: "bars", "aria-label": text("lessonProbability") }, ...bars);
  return make("figure", "probabilities", make("div", "range", list, make("div", "floor", chance)), make("figcaption", "", caption));
}
