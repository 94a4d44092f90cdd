// All networks of this session and the shipped one in a table: to compare, look at, use and keep.
import { text, onLanguage } from "../locales/language.js";
import { RECIPES, nameOf } from "./fields.js";
import { percentOf } from "./results.js";
import { choicesOf, duration, stateOf } from "./status.js";

// What can be done with a network comes early: on a phone the rest is out of sight.
const COLUMNS = ["columnNetwork", "columnTested", "", "columnParameters", "columnSeconds", "columnHow"];

/**
 * @param table the element that is filled
 * @param actions {show(run), use(row), keep(run)}: what the buttons of a row do
 */
export function createComparison(table, actions) {
  let shown = { rows: [], chosen: null, used: "" };
  let written = ""; // what the table shows by now

  function write() {
    table.tHead.rows[0].replaceChildren(...COLUMNS.map((key) => cell("th", key && text(key))));
    table.tBodies[0].replaceChildren(...shown.rows.map(line));
  }

  function line(row) {
    const element = document.createElement("tr");
    element.dataset.network = row.reference;
    const used = row.reference === shown.used;
    const name = cell("th", row.title());
    name.scope = "row";
    if (used) name.append(badge(text("inUse")));
    element.classList.toggle("chosen", row.run !== undefined && row.run.id === shown.chosen);
    const [tested, ...others] = described(row);
    element.append(name, tested, buttons(row, used), ...others);
    return element;
  }

  function buttons(row, used) {
    const box = document.createElement("td");
    box.className = "buttons";
    if (row.run) box.append(button("show", () => actions.show(row.run)));
    if (row.usable && !used) box.append(button("use", () => actions.use(row)));
    if (row.run?.result) box.append(button("download", () => actions.keep(row.run)));
    return box;
  }

  onLanguage(write);
  return {
    /** rows: [{reference, title(), card, run, usable}]; chosen: a run's id; used: a reference */
    show(next) {
      const asked = next.rows.map(({ reference, card, run }) => [reference, card, run && stateOf(run)]);
      const state = JSON.stringify([asked, next.chosen, next.used]);
      shown = next;
      if (state === written) return; // a button that is pressed must not be replaced meanwhile
      written = state;
      write();
    },
  };
}

function described({ run, card, downsampling }) {
  const result = cell("td", card ? percentOf(card.accuracy) : run ? stateOf(run) : "–");
  if (card && card.testedOn !== "MNIST test") result.append(badge(text("onGenerated")));
  return [
    result,
    cell("td", card?.parameters?.toLocaleString("en") ?? "–"),
    cell("td", card ? duration(card.seconds) : "–"),
    cell("td", howOf(run?.options ?? card?.options, card, downsampling), "how"),
  ];
}

function howOf(options, card, downsampling) {
  if (options?.optimizer) return choicesOf({ ...options, downsampling });
  const label = RECIPES[card?.recipe]?.label;
  const recipe = label ? text(label) : (card?.recipe ?? "–");
  const epochs = card?.epochs ?? "–";
  return text("howRecipe", { recipe, epochs, downsampling: nameOf(downsampling) });
}

const NAMES = { show: "showRun", use: "useNetwork", download: "downloadNetwork" };

function button(what, act) {
  const element = document.createElement("button");
  Object.assign(element, { type: "button", className: what, textContent: text(NAMES[what]) });
  element.addEventListener("click", act);
  return element;
}

function badge(words) {
  const element = document.createElement("small");
  element.textContent = words;
  return element;
}

function cell(tag, words, name = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = words;
  return element;
}
