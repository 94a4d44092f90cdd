// A person's own two results: how many answers were right before and after, and where they changed.
import { make } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { rightOf } from "./rounds.js";

const ROUNDS = { before: "surveyBefore", after: "surveyAfter" };

/**
 * @param questions of the lesson's file
 * @param sheets {before, after} of rounds.js
 */
export function resultsOf(questions, sheets) {
  const all = questions.length;
  const bars = Object.entries(ROUNDS).map(([round, key]) => barOf(text(key), rightOf(sheets[round]), all));
  const rows = questions.map(({ name }, i) => {
    const marks = Object.keys(ROUNDS).map((round) => markOf(sheets[round].right[i]));
    return make("tr", "", make("th", { scope: "row" }, text(`survey ${name}`)), ...marks);
  });
  const heads = ["", ...Object.values(ROUNDS).map((key) => text(key))].map((words) => make("th", "", words));
  const table = make("table", "", make("tr", "", ...heads), ...rows);
  return make("div", "results", ...bars, table);
}

function barOf(name, right, all) {
  const bar = make("i", "bar");
  bar.style.width = `${(100 * right) / all}%`;
  return make("p", "score", make("span", "", name), make("span", "track", bar), make("b", "", `${right} / ${all}`));
}

function markOf(isRight) {
  const words = { "aria-label": text(isRight ? "surveyRight" : "surveyWrong"), className: isRight ? "right" : "wrong" };
  return make("td", words, isRight ? "✓" : "–");
}
