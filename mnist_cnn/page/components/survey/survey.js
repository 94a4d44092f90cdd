// Ten questions about the inside, before the lesson and after it: for oneself, or for the teacher, who
// sees the answers of a class without names.
import { button, make, partsOf } from "../../dom/elements.js";
import { text, translate } from "../../locales/language.js";
import { sentenceOf } from "../../locales/refusals.js";
import { emit, follow, listen, valueOf } from "../../state/events.js";
import { subject } from "../../state/network-files.js";
import { retry } from "../../transport/retry.js";
import { work } from "../../worker/work.js";
import { words } from "../lesson/words.js";
import { imageOfDigit } from "./digits.js";
import { handIn } from "./handing-in.js";
import { questionOf } from "./questions.js";
import { resultsOf } from "./results.js";
import { forgetSheets, keepSheet, nextForm, nextRound, sheets } from "./rounds.js";

const VIEW = "lesson";
const ENTRIES = { before: "surveyOpenBefore", after: "surveyOpenAfter" };
const INTROS = { before: "surveyIntroBefore", after: "surveyIntroAfter" };

export function mount(element) {
  const dialog = element.querySelector("dialog");
  const part = partsOf(dialog);
  let sheet = null; // {round, form, orders, drawn, chosen, right}: what is being filled in
  let asked = ""; // the round that the teacher asks for, or ""

  async function open() {
    sheet = null;
    say("");
    if (!dialog.open) dialog.showModal();
    try {
      const { survey } = await words();
      begin(survey);
    } catch (error) {
      say(sentenceOf(error));
    }
  }

  /** The first page: what is asked, and by whom; or what this device has kept. */
  function begin(survey) {
    title(survey.title);
    const kept = sheets();
    const round = asked && !kept[asked] ? asked : nextRound();
    const other = button("", () => somebodyElse(survey), text("surveySomebodyElse"));
    if (asked && kept[asked] && !kept[asked].sent) {
      const give = button("primary", () => sendAll().then(dialog.close.bind(dialog)), text("surveyHandIn"));
      return page(make("p", "", text("surveyKept")), make("div", "row", give, other));
    }
    if (!round) return results(survey);
    const start = button("primary", () => fillIn(survey, round, start), text("surveyStart"));
    page(
      make("p", "", text(INTROS[round], { count: survey.questions.length })),
      make("p", "hint", text(asked ? "surveyForTeacher" : "surveyForYou")),
      make("div", "row", start, ...(kept.before ? [other] : [])),
    );
  }

  async function fillIn(survey, round, start) {
    const form = nextForm();
    start.disabled = true;
    try {
      const image = await imageOfDigit();
      const drawn = await work("survey", { network: await subject(), image, form });
      const orders = survey.questions.map(order);
      sheet = { round, form, drawn, orders, chosen: [], right: [] };
      ask(survey, 0);
    } catch (error) {
      say(sentenceOf(error));
      start.disabled = false;
    }
  }

  function ask(survey, at) {
    const { questions } = survey;
    const { round, form, drawn, orders, chosen, right } = sheet;
    if (at === questions.length) return done(survey, round, { form, chosen, right, sent: false });
    title(text("surveyQuestion", { number: at + 1, count: questions.length }));
    const next = button({ className: "primary", disabled: !(at in chosen) }, () => ask(survey, at + 1), text("surveyNext"));
    const back = button({ disabled: at === 0 }, () => ask(survey, at - 1), text("surveyBack"));
    const question = questionOf(questions[at], form, drawn, orders[at], chosen[at], (answer, isRight) => {
      chosen[at] = answer;
      right[at] = isRight;
      next.disabled = false;
    });
    page(question, make("div", "row", back, next));
  }

  async function done(survey, round, filled) {
    keepSheet(round, filled);
    emit("surveyed", { round });
    if (!nextRound()) results(survey);
    else {
      title(text("surveyThanks"));
      const close = button("primary", () => dialog.close(), text("surveyGoOn"));
      page(...(round === "before" ? [make("p", "", text("surveyLater"))] : []), close);
    }
    if (asked === round) await sendAll();
  }

  /** Hand in what is kept, up to the round that the teacher asks for. */
  async function sendAll() {
    try {
      await handIn(asked);
    } catch (error) {
      say(sentenceOf(error));
    }
  }

  function results({ questions }) {
    title(text("surveyResults"));
    const close = button("primary", () => dialog.close(), text("close"));
    page(resultsOf(questions, sheets()), make("div", "row", close, button("", forget, text("surveyForget"))));
  }

  function forget() {
    forgetSheets();
    emit("surveyed", { round: null });
    dialog.close();
  }

  function somebodyElse(survey) {
    forgetSheets();
    emit("surveyed", { round: null });
    begin(survey);
  }

  const say = (sentence) => (part("trouble").textContent = sentence);

  function title(sentence) {
    dialog.querySelector("h2").textContent = sentence;
  }

  /** Show something else in the dialog, and read on from its top. */
  function page(...content) {
    part("page").replaceChildren(...content);
    dialog.scrollTop = 0;
    dialog.querySelector("h2").focus({ preventScroll: true });
  }

  const entry = button("", open);

  /** The button of the lesson that leads here says which round comes next. */
  async function invite() {
    if (valueOf("view").name !== VIEW) return;
    const { survey } = await retry(words);
    const key = ENTRIES[nextRound()] ?? "surveyOpenResults";
    entry.textContent = text(key, { count: survey.questions.length });
    document.querySelector("#lesson .survey-entry").append(entry);
  }

  translate(element);
  part("close").addEventListener("click", () => dialog.close());
  follow(["surveyed", "view"], invite);
  listen("rules", ({ survey = "" }) => {
    const isNew = survey !== asked;
    asked = survey;
    if (isNew && asked && !sheets()[asked]?.sent && !valueOf("teacher").known && !sheet) open();
  });
  dialog.addEventListener("close", () => (sheet = null));
}

/** The places of three answers, in any order. */
const order = () => [0, 1, 2].map((at) => ({ at, key: Math.random() })).toSorted((a, b) => a.key - b.key).map(({ at }) => at);
