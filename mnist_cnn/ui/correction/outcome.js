// What a network has learned of a person's digits and forgotten of all others.
import { inPercent } from "../answer/words.js";
import { text } from "../locales/language.js";

const sum = (counts) => counts.reduce((total, count) => total + count, 0);

/** outcome: as mnist_cnn/ui/telling.py tells it */
export function showOutcome(element, outcome) {
  element.querySelector(".own").textContent = aboutOwn(outcome);
  element.querySelector(".others").textContent = aboutOthers(outcome);
  element.querySelector(".changes").replaceChildren(...outcome.right.map((right, digit) => {
    return change(digit, right - outcome.rightBefore[digit]);
  }));
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

function change(digit, count) {
  const item = document.createElement("li");
  const name = document.createElement("b");
  name.textContent = digit;
  const signed = document.createElement("span");
  signed.textContent = count > 0 ? `+${count}` : count < 0 ? `−${-count}` : "±0";
  if (count) signed.className = count < 0 ? "lost" : "gained";
  item.append(name, " ", signed);
  item.title = text("changeOf", { digit, count: signed.textContent });
  return item;
}
