// All networks of this session and the shipped one in a table: to compare, look at, use and keep.
import { text, onLanguage } from "../locales/language.js";
import { DOWNSAMPLING, nameOf } from "./fields.js";
import { percentOf } from "./results.js";
import { duration, stateOf } from "./status.js";

/**
 * @param table the element that is filled
 * @param actions {show(run), use(row), keep(run)}: what the buttons of a row do
 */
export function createComparison(table, actions) {
  let shown = { rows: [], chosen: null, used: "" };

  function write() {
    const head = ["columnNetwork", "columnLearned", "columnHow", "columnDownsampling"];
    const numbers = ["columnParameters", "columnSeconds", "columnTested"];
    const names = [...head, ...numbers].map((key) => cell("th", text(key)));
    table.tHead.rows[0].replaceChildren(...names, cell("th", ""));
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
    element.append(name, ...described(row), buttons(row, used));
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
      shown = next;
      write();
    },
  };
}

function described({ run, card, downsampling }) {
  const options = run?.options ?? card?.options ?? null;
  const learned = options?.digits
    ? `${options.digits.toLocaleString("en")} · ${nameOf(options.data)}`
    : "–";
  const how = options?.optimizer
    ? text("howLine", {
        epochs: options.epochs,
        optimizer: nameOf(options.optimizer),
        rate: options.learning_rate,
        batch: options.batch_size,
      })
    : (card && text("howRecipe", { recipe: card.recipe, epochs: card.epochs })) || "–";
  const tested = card ? percentOf(card.accuracy) : run ? stateOf(run) : "–";
  const result = cell("td", tested);
  if (card && card.testedOn !== "MNIST test") result.append(badge(text("onGenerated")));
  result.className = card ? "number" : "";
  return [
    cell("td", learned),
    cell("td", how),
    cell("td", text(DOWNSAMPLING[downsampling] ?? "")),
    cell("td", card?.parameters?.toLocaleString("en") ?? "–", "number"),
    cell("td", card ? duration(card.seconds) : "–", "number"),
    result,
  ];
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
