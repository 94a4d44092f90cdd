// A table of the shipped network and all of this session: to compare, show, use and download.
import { follow } from "../../../state/events.js";
import { button, make } from "../../../dom/elements.js";
import { text } from "../../../locales/language.js";
import { downloadButton } from "../download-button.js";
import { recipeName } from "../fields.js";
import { accuracyText } from "../../../locales/numbers.js";
import { choicesOf, duration, epochsOf, stateOf } from "../run/status.js";

// What can be done with a network comes early: on a phone the rest is out of sight.
const COLUMNS = ["columnNetwork", "columnTested", "", "columnParameters", "columnSeconds"];

/**
 * @param table the element that is filled
 * @param formats suffixes of the files that a network can be downloaded as
 * @param actions {show(run), use(row), keep(row, suffix)}: what the buttons of a row do
 */
export function createComparison(table, formats, actions) {
  let shown = { rows: [], chosen: null, used: "", now: "", kept: "" };
  let written = ""; // what the table shows

  function write() {
    table.tHead.rows[0].replaceChildren(...COLUMNS.map((key) => make("th", "", key && text(key))));
    table.tBodies[0].replaceChildren(...shown.rows.map(line));
  }

  function line(row) {
    const name = make("th", { scope: "row", abbr: row.title() }, row.title());
    const reads = readsWhen(row, shown);
    if (reads) name.append(" ", badge(text(reads)));
    name.append(make("p", "how", howOf(row)));
    const [tested, ...others] = described(row);
    const about = { dataset: { network: row.reference } };
    if (row.reference === shown.now) about["aria-current"] = true;
    return make("tr", about, name, tested, buttons(row), ...others);
  }

  function buttons(row) {
    const box = make("td", "buttons");
    if (row.run) {
      const about = { className: "show", "aria-pressed": row.run.id === shown.chosen };
      box.append(button(about, () => actions.show(row.run), text("showRun")));
    }
    if (row.usable && row.reference !== shown.used) {
      box.append(button("use", () => actions.use(row), text("useNetwork")));
    }
    if (row.usable) box.append(downloadButton(formats, (suffix) => actions.keep(row, suffix)));
    return box;
  }

  follow([], write);
  return {
    /**
     * rows: [{reference, title(), card, run, usable}]; chosen: the id of the run that is shown;
     * used, now, kept: references of networks, see network-choice.js
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
  const result = make("td", "", card ? accuracyText(card.accuracy) : run ? stateOf(run) : "–");
  if (card && card.testedOn !== "MNIST test") result.append(badge(text("onGenerated")));
  return [
    result,
    make("td", "", (card?.parameters ?? parametersOf(layers))?.toLocaleString("en") ?? "–"),
    make("td", "", card ? duration(card.seconds) : "–"),
  ];
}

const parametersOf = (layers) => layers?.reduce((sum, { parameters }) => sum + parameters, 0);

function howOf({ run, card, layers }) {
  const options = run?.options ?? card?.options;
  if (options?.optimizer) return choicesOf(options);
  const outline = layers.flatMap(outlined).join("–");
  if (!card) return outline;
  const recipe = recipeName(card.recipe);
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

const badge = (words) => make("small", "", words);
