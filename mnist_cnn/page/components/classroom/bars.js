// The class's predictions and answers as live bars, for the teacher: beside the card of the lesson, hidden until
// the teacher shows them, and all of them in the view of the class.
import { button, make, write } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { words as lessonWords } from "../lesson/words.js";
import { follow, listen, valueOf } from "../../state/events.js";

const QUESTION = "question"; // the card whose answer is right or wrong

/** The counts of a card's choices, or null where nobody has chosen. */
function countsOf(chapter, card) {
  const { predictions, answers } = valueOf("votes");
  return (card === QUESTION ? answers[chapter] : predictions[chapter]?.[card]) ?? null;
}

/** "21 of 27 have answered" */
function turnout(counts) {
  const count = counts.reduce((sum, one) => sum + one, 0);
  const here = Math.max(count, valueOf("here").count ?? 0); // some have left since
  return text("haveVoted", { count, here });
}

/** The bars of a card: a choice, how many chose it. */
export function barsOf(card, counts) {
  const all = counts.reduce((sum, one) => sum + one, 0);
  const labels =
    card.name === QUESTION ? [text("votedWrong"), text("votedRight")] : card.prediction.choices;
  const rows = labels.map((label, i) => {
    const bar = make("i");
    bar.style.setProperty("--share", all ? counts[i] / all : 0);
    return make("li", "", make("span", "", label.replaceAll("`", "")), bar, make("b", "", String(counts[i])));
  });
  if (card.name === QUESTION) rows.reverse();
  return make("ol", "tally", ...rows);
}

/** Show the bars of the card that is open in the lesson. */
export function followBars() {
  let shown = ""; // the card whose bars the teacher has uncovered
  let observer = null;

  async function show() {
    const place = document.querySelector("#lesson .class-bars");
    const open = place?.closest("[data-card]");
    if (!place) return;
    if (!observer) observer = watch(place.closest("#lesson"), show);
    const known = valueOf("teacher").known && open;
    const { chapters } = known ? await lessonWords() : { chapters: [] };
    const named = new URL(location).searchParams.get("chapter");
    const chapter = chapters.find(({ name }) => name === named) ?? chapters[0];
    const card = chapter?.cards.find(({ name }) => name === open?.dataset.card);
    const asks = card && (card.prediction || card.name === QUESTION);
    place.hidden = !asks;
    if (!asks) return place.replaceChildren();
    const name = `${chapter.name} ${card.name}`;
    const counts = countsOf(chapter.name, card.name) ?? (card.name === QUESTION ? [0, 0] : [0, 0, 0]);
    const isOpen = shown === name;
    const turn = place.querySelector("button") ?? button("turn link", () => uncover(place.dataset.name));
    turn.setAttribute("aria-expanded", String(isOpen));
    write(turn, text(isOpen ? "votesHide" : "votesShow"));
    place.dataset.name = name;
    // The button stays where it is: it may have the focus.
    if (!turn.isConnected) place.replaceChildren(make("span", "turnout"), turn);
    write(place.querySelector(".turnout"), turnout(counts));
    place.querySelector(".tally")?.remove();
    if (isOpen) place.append(barsOf(card, counts));
  }

  function uncover(name) {
    const place = document.querySelector("#lesson .class-bars");
    shown = shown === name ? "" : name;
    show().then(() => {
      place.querySelector("button")?.focus();
      place.scrollIntoView({ block: "nearest" });
    });
  }

  follow(["teacher", "votes", "here"], show);
  listen("view", show);
  window.addEventListener("popstate", show);
}

/** Call `show` whenever the lesson opens a card. */
function watch(lesson, show) {
  const observer = new MutationObserver(() => show());
  observer.observe(lesson, { attributes: true, attributeFilter: ["data-card"], subtree: true });
  return observer;
}

/** All cards with votes, [{chapter, card, counts, turnout}], in the order of the lesson: a promise. */
export async function votedCards() {
  const { chapters } = await lessonWords();
  return chapters.flatMap((chapter) =>
    chapter.cards
      .map((card) => ({ chapter, card, counts: countsOf(chapter.name, card.name) }))
      .filter(({ card, counts }) => counts && (card.prediction || card.name === QUESTION))
      .map((one) => ({ ...one, turnout: turnout(one.counts) })),
  );
}
