// How a corrected network reads the person's digits, and what it forgot of all others.
import { inPercent } from "../../locales/numbers.js";
import { partsOf } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { showChanges } from "./changes.js";

const sum = (counts) => counts.reduce((total, count) => total + count, 0);

/** outcome: see mnist_cnn/server/state/as_json.py */
export function showOutcome(element, outcome) {
  const part = partsOf(element);
  part("own").textContent = aboutOwn(outcome);
  part("others").textContent = aboutOthers(outcome);
  showChanges(part("changes"), outcome);
}

function aboutOwn({ labels, read, readBefore }) {
  const right = (answers) => answers.filter((answer, i) => answer === labels[i]).length;
  return text("ownDigits", { before: right(readBefore), after: right(read), all: labels.length });
}

function aboutOthers({ total, right, rightBefore }) {
  const all = sum(total);
  const lost = sum(rightBefore) - sum(right);
  const values = { all: all.toLocaleString("en"), count: Math.abs(lost) };
  values.before = inPercent(sum(rightBefore) / all);
  values.after = inPercent(sum(right) / all);
  if (lost > 0) return text("othersForgotten", values);
  return text(lost < 0 ? "othersGained" : "othersSame", values);
}
