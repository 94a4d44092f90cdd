// The confusion matrix: rows are what the digits are, columns what they were read as. A click shows
// those digits.
import { button, make, setLabel } from "../../../dom/elements.js";
import { text } from "../../../locales/language.js";

/**
 * @param table the element that is filled
 * @param confusion counts, [label][answer]
 * @param choose called with [label, answer] of the cell that is clicked
 */
export function showConfusion(table, confusion, choose) {
  const digits = confusion.map((_, digit) => digit);
  const mistakes = confusion.flatMap((row, label) => row.filter((_, answer) => answer !== label));
  const most = Math.max(1, ...mistakes);
  const head = make("tr", "", make("th"), ...digits.map((digit) => heading(digit, "col")));
  const rows = digits.map((label) => {
    const counts = digits.map((answer) => count(confusion[label][answer], label, answer));
    return make("tr", "", heading(label, "row"), ...counts);
  });
  table.replaceChildren(head, ...rows);

  function count(number, label, answer) {
    if (number === 0) return make("td");
    const right = label === answer;
    const cell = button(right ? "right" : "wrong", pick, String(number));
    setLabel(cell, text("confusionCell", { number, label, answer }));
    cell.style.setProperty("--share", right ? 0.25 : Math.sqrt(number / most) * 0.8);
    return make("td", "", cell);

    function pick() {
      for (const other of table.querySelectorAll("[aria-pressed]")) other.removeAttribute("aria-pressed");
      cell.setAttribute("aria-pressed", "true");
      choose([label, answer], number);
    }
  }
}

const heading = (words, scope) => make("th", { scope }, String(words));
