// Three networks read the same drawing: ten small bars each.
import { follow } from "../../../state/events.js";
import { make, set, write } from "../../../dom/elements.js";
import { inFigures } from "../../../locales/numbers.js";
import { text } from "../../../locales/language.js";

const NAMES = { untrained: "readerUntrained", now: "readerNow", shipped: "readerShipped" };
const DIGITS = 10;

/** element: filled with a figure for each. */
export function createReaders(element) {
  const figures = new Map(Object.keys(NAMES).map((name) => [name, createReader(name)]));
  element.replaceChildren(...[...figures.values()].map(({ figure }) => figure));
  return {
    /** Show the ten probabilities of one of NAMES; null: there is no drawing, or no network yet. */
    show: (name, probabilities) => figures.get(name).show(probabilities),
  };
}

function createReader(name) {
  const title = make("b");
  const answer = make("span", "read");
  const bars = Array.from({ length: DIGITS }, (_, digit) => {
    const fill = make("span", "fill");
    return { fill, bar: make("span", "bar", make("span", "track", fill), String(digit)) };
  });
  const chart = make("div", "bars", ...bars.map(({ bar }) => bar));
  set(chart, { role: "img" });
  const caption = make("figcaption", "", title, " ", answer);
  const figure = make("figure", { className: "reader", dataset: { reader: name } }, caption, chart);
  let shown = null;

  function label() {
    write(title, text(NAMES[name]));
    const best = shown ? shown.indexOf(Math.max(...shown)) : null;
    const words = shown ? text("readerReads", { digit: best, percent: inFigures(shown[best]) }) : "–";
    write(answer, words);
    set(chart, { "aria-label": `${text(NAMES[name])}: ${words}` });
    bars.forEach(({ fill, bar }, digit) => {
      fill.style.setProperty("--share", shown?.[digit] ?? 0);
      bar.classList.toggle("winner", digit === best);
    });
  }

  follow([], label);
  return {
    figure,
    show(probabilities) {
      shown = probabilities;
      label();
    },
  };
}
