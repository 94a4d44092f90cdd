// The confusion matrix: rows are what the digits are, columns what they were read as. A click shows
// those digits.
import { text } from "../locales/language.js";

/**
 * @param table the element that is filled
 * @param confusion counts, [label][answer]
 * @param choose called with [label, answer] of the cell that is clicked
 */
export function showConfusion(table, confusion, choose) {
  const digits = confusion.map((_, digit) => digit);
  const mistakes = confusion.flatMap((row, label) => row.filter((_, answer) => answer !== label));
  const most = Math.max(1, ...mistakes);
  const head = document.createElement("tr");
  head.append(cell("th", ""), ...digits.map((digit) => cell("th", digit, "col")));
  const rows = digits.map((label) => {
    const row = document.createElement("tr");
    const counts = digits.map((answer) => count(confusion[label][answer], label, answer));
    row.append(cell("th", label, "row"), ...counts);
    return row;
  });
  table.replaceChildren(head, ...rows);

  function count(number, label, answer) {
    const box = document.createElement("td");
    if (number === 0) return box;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: number });
    button.setAttribute("aria-label", text("confusionCell", { number, label, answer }));
    button.title = button.getAttribute("aria-label");
    const right = label === answer;
    button.className = right ? "right" : "wrong";
    button.style.setProperty("--share", right ? 0.25 : Math.sqrt(number / most) * 0.8);
    button.addEventListener("click", () => {
      for (const other of table.querySelectorAll("[aria-pressed]")) {
        other.removeAttribute("aria-pressed");
      }
      button.setAttribute("aria-pressed", "true");
      choose([label, answer], number);
    });
    box.append(button);
    return box;
  }
}

function cell(tag, words, scope) {
  const element = document.createElement(tag);
  element.textContent = words;
  if (scope) element.scope = scope;
  return element;
}
