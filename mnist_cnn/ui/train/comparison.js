// All networks of this session and the shipped one in a table: to compare, look at, use and keep.
import { text, onLanguage } from "../locales/language.js";
import { downloadButton } from "./downloading.js";
import { RECIPES } from "./fields.js";
import { percentOf } from "./results.js";
import { choicesOf, duration, epochsOf, stateOf } from "./status.js";

// What can be done with a network comes early: on a phone the rest is out of sight.
const COLUMNS = ["columnNetwork", "columnTested", "", "columnParameters", "columnSeconds"];

/**
 * @param table the element that is filled
 * @param formats suffixes of the files that a network can be downloaded as
 * @param actions {show(run), use(row), keep(row, suffix)}: what the buttons of a row do
 */
export function createComparison(table, formats, actions) {
  let shown = { rows: [], chosen: null, used: "", now: "", kept: "" };
  let written = ""; // what the table shows by now

  function write() {
    table.tHead.rows[0].replaceChildren(...COLUMNS.map((key) => cell("th", key && text(key))));
    table.tBodies[0].replaceChildren(...shown.rows.map(line));
  }

  function line(row) {
    const element = document.createElement("tr");
    element.dataset.network = row.reference;
    const name = cell("th", row.title());
    Object.assign(name, { scope: "row", abbr: row.title() });
    const reads = readsWhen(row, shown);
    if (reads) name.append(" ", badge(text(reads)));
    if (row.reference === shown.now) element.setAttribute("aria-current", "true");
    name.append(cell("p", howOf(row), "how"));
    const [tested, ...others] = described(row);
    element.append(name, tested, buttons(row), ...others);
    return element;
  }

  function buttons(row) {
    const box = document.createElement("td");
    box.className = "buttons";
    if (row.run) {
      const show = button("show", () => actions.show(row.run));
      show.setAttribute("aria-pressed", String(row.run.id === shown.chosen));
      box.append(show);
    }
    if (row.usable && row.reference !== shown.used) {
      box.append(button("use", () => actions.use(row)));
    }
    if (row.usable) box.append(downloadButton(formats, (suffix) => actions.keep(row, suffix)));
    return box;
  }

  onLanguage(write);
  return {
    /**
     * rows: [{reference, title(), card, run, usable}]; chosen: the id of the run that is shown;
     * used, now, kept: references, as reading.js has them
     */
    show(next) {
      const asked = next.rows.map(({ reference, card, run }) => [reference, card, run && stateOf(run)]);
      const state = JSON.stringify([asked, next.chosen, next.used, next.now, next.kept]);
      shown = next;
      if (state === written) return; // a button that is pressed must not be replaced meanwhile
      written = state;
      write();
    },
  };
}

/** The key of what is said of a network that reads drawings; null: this one does not. */
function readsWhen({ reference }, { now, kept }) {
  if (reference === now) return now === kept ? "readsNow" : "readsWhileLooked";
  return reference === kept ? "readsOtherwise" : null;
}

function described({ run, card, layers }) {
  const result = cell("td", card ? percentOf(card.accuracy) : run ? stateOf(run) : "–");
  if (card && card.testedOn !== "MNIST test") result.append(badge(text("onGenerated")));
  return [
    result,
    cell("td", (card?.parameters ?? parametersOf(layers))?.toLocaleString("en") ?? "–"),
    cell("td", card ? duration(card.seconds) : "–"),
  ];
}

const parametersOf = (layers) => layers?.reduce((sum, { parameters }) => sum + parameters, 0);

function howOf({ run, card, layers }) {
  const options = run?.options ?? card?.options;
  if (options?.optimizer) return choicesOf(options);
  const outline = layers.flatMap(outlined).join("–");
  if (!card) return outline;
  const label = RECIPES[card.recipe]?.label;
  const recipe = label ? text(label) : card.recipe;
  return text("howRecipe", { recipe, epochs: epochsOf(card.epochs), outline });
}

const OUTLINES = {
  Conv2D: "outlineConv",
  MaxPooling2D: "outlinePool",
  AveragePooling2D: "outlinePool",
  Dense: "outlineDense",
};

/** A layer in a word and its channels or units; nothing of those that go without saying. */
const outlined = ({ kind, shape }) =>
  OUTLINES[kind] ? text(OUTLINES[kind], { count: shape.at(-1) }) : [];

const NAMES = { show: "showRun", use: "useNetwork" };

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
