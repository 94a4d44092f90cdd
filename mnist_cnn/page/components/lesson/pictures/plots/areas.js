// Quantities as squares, their areas to scale, and as pairs of bars.
import { make } from "../../../../dom/elements.js";

/**
 * Squares beside each other on one ground.
 * @param parts [{name, words, size, part, partWords}]: words: lines below it; size: of the area; part: of
 *   it, filled
 */
export function areas(parts) {
  const most = Math.max(...parts.map(({ size }) => size));
  return make(
    "div",
    "areas",
    ...parts.map(({ name, words, size, part, partWords, className = "" }) => {
      const square = make("div", { className: "area", title: `${name}: ${words.join(" · ")}` });
      square.style.setProperty("--share", Math.sqrt(size / most));
      const inner = make("i", "", make("small", "", partWords));
      inner.style.height = `${(100 * part) / size}%`;
      square.append(inner);
      return make("figure", className, square, make("figcaption", "", make("b", "", name), ...words.flatMap((line) => [make("br", ""), line])));
    }),
  );
}

/**
 * Rows of two bars, each row with a scale of its own.
 * @param rows [{name, outcome, values: [{name, number, words}]}]
 */
export function pairs(rows) {
  return make(
    "div",
    "pairs",
    ...rows.map(({ name, outcome, values }) => {
      const most = Math.max(...values.map(({ number }) => number));
      const bars = values.map(({ name: whose, number, words }) => {
        const bar = make("i", "");
        bar.style.width = `${(100 * number) / most}%`;
        return make("li", "", make("span", "", whose), make("div", "", bar), make("b", "", words));
      });
      return make("section", "", make("h4", "", name, " ", make("em", "", outcome)), make("ul", "", ...bars));
    }),
  );
}
