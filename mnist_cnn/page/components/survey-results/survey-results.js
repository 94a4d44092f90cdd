// What the teacher sees of the survey: how many have answered, what the class has gained, each question.
import { make, partsOf, tableRow } from "../../dom/elements.js";
import { text, translate } from "../../locales/language.js";
import { inPercent } from "../../locales/numbers.js";
import { sentenceOf } from "../../locales/refusals.js";
import { follow, listen, valueOf } from "../../state/events.js";
import { download } from "../../transport/download.js";
import { ask, call, command } from "../../transport/http.js";

const INTERVAL = 2000; // milliseconds from one look to the next, while it is on the screen
const ROUNDS = ["before", "after"];
const FILE = "survey.csv";

export function mount(element) {
  const part = partsOf(element);
  const panel = element.querySelector("section");
  const table = element.querySelector("table");
  let results = null;

  async function look() {
    try {
      results = await ask("survey");
      part("trouble").textContent = "";
      write();
    } catch (error) {
      trouble(error);
    }
  }

  function trouble(error) {
    part("trouble").textContent = sentenceOf(error);
  }

  function write() {
    if (!results) return;
    const { done, both, gain, questions } = results;
    part("answers").hidden = ROUNDS.every((round) => done[round] === 0);
    part("done").textContent = text("surveyDone", { ...done, both });
    part("gain").textContent = gain === null ? text("surveyNoGain") : text("surveyGain", { gain: inPercent(gain) });
    const heads = ["", text("surveyBefore"), text("surveyAfter")];
    const rows = Object.entries(questions).map(([name, rounds]) =>
      tableRow("td", make("th", { scope: "row" }, text(`survey ${name}`)), ...ROUNDS.map((round) => barOf(rounds[round]))),
    );
    table.replaceChildren(tableRow("th", ...heads), ...rows);
  }

  async function decide(survey) {
    try {
      await command({ rules: { survey } });
    } catch (error) {
      trouble(error);
      showRule();
    }
  }

  function showRule() {
    part("round").value = valueOf("rules")?.survey ?? "";
  }

  async function save() {
    try {
      download(await (await call("survey", { query: { format: "csv" } })).blob(), FILE);
    } catch (error) {
      trouble(error);
    }
  }

  async function clear() {
    if (!confirm(text("surveyClearSure"))) return;
    await ask("survey", { method: "DELETE" }).catch(trouble);
    look();
  }

  translate(element);
  part("round").addEventListener("change", ({ target }) => decide(target.value));
  part("csv").addEventListener("click", save);
  part("clear").addEventListener("click", clear);
  listen("rules", showRule);
  follow(["teacher"], () => {
    panel.hidden = !valueOf("teacher").known;
    write();
  });
  watch(panel, look);
}

/** How many answers are right, as a bar. */
function barOf({ right, sheets }) {
  const bar = make("i", "bar");
  bar.style.width = `${sheets ? (100 * right) / sheets : 0}%`;
  const words = sheets ? text("surveyOf", { right, all: sheets }) : "";
  return make("td", "", make("span", "track", bar), " ", words);
}

/** Look again and again while the panel is on the screen. */
function watch(panel, look) {
  let timer = null;
  new IntersectionObserver(([{ isIntersecting }]) => {
    clearInterval(timer);
    if (!isIntersecting) return;
    look();
    timer = setInterval(() => document.hidden || look(), INTERVAL);
  }).observe(panel);
}
