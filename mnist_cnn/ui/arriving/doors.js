// Three ways on, offered once on a device when somebody has drawn for a while.
import { showView } from "../header/views.js";
import { keepState } from "../lesson/address.js";
import { emit, listen } from "../transport/events.js";
import { text } from "../locales/language.js";
import { corner } from "./place.js";
import { remember, seen } from "./seen.js";

const NAME = "doors";
const AFTER = 120_000; // milliseconds from the first own stroke
const DRAWINGS = 3; // own ones that were read

/**
 * @param card the element of the three doors
 * @param spoken says to who does not see that they are there
 * @param hints of hints.js
 */
export function createDoors(card, spoken, hints) {
  const part = (name) => card.querySelector(`.${name}`);
  let since = null; // when the first stroke began
  let read = false; // what is drawn has an answer
  let drawings = 0;

  const isDue = () => drawings >= DRAWINGS && performance.now() - since >= AFTER && !seen(NAME);

  function open() {
    card.hidden = false;
    if (!place()) return (card.hidden = true);
    remember(NAME);
    spoken.textContent = text("doorsTitle");
  }

  /** Stand in a corner beside the pad and, if possible, the answer; false when there is none. */
  function place() {
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const [pad, answer] = ["#pad .paper", "#answer .winner"].map((selector) => {
      return document.querySelector(selector)?.getBoundingClientRect();
    });
    const size = card.getBoundingClientRect();
    const room = { width, height };
    const found = (answer && corner(size, room, [pad, answer])) ?? corner(size, room, [pad]);
    if (found) Object.assign(card.style, { left: `${found.left}px`, top: `${found.top}px` });
    return Boolean(found);
  }

  function close() {
    const focused = card.contains(document.activeElement);
    card.hidden = true;
    spoken.textContent = "";
    if (focused) document.querySelector("#pad canvas").focus({ preventScroll: true });
  }

  function fool() {
    part("choices").hidden = true;
    part("task").hidden = false;
    place();
    part("task").querySelector("p").focus();
  }

  function lie() {
    close();
    const button = document.querySelector("#correction .deny");
    button.scrollIntoView({ block: "nearest" });
    button.focus();
    hints.add({ name: "lie", words: () => text("hintLie"), target: "#correction .deny" });
    button.addEventListener("click", () => hints.end("lie"), { once: true });
  }

  function train() {
    close();
    emit("choices", { recipe: "fast" });
    showView("train");
  }

  function failures() {
    close();
    keepState({ chapter: "failures" }, {}); // before the lesson looks at the address
    showView("lesson");
  }

  for (const [name, go] of Object.entries({ close, fool, lie, train, failures })) {
    part(name).addEventListener("click", go);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !card.hidden && !event.defaultPrevented) close();
  });
  window.addEventListener("resize", () => card.hidden || place() || close());
  listen("rules", (rules) => (part("train").hidden = !rules.training));
  listen("view", ({ name }) => name !== "layers" && close());
  listen("pen", ({ down, marks }) => {
    if (down) return;
    since ??= performance.now();
    if (read && marks.length === 1) drawings++;
  });
  listen("answer", ({ answer, frame }) => (read = !answer.empty && !frame.guest));
  return {
    /** Open when it is time; true when it is open. */
    offer() {
      if (card.hidden && isDue()) open();
      return !card.hidden;
    },
  };
}
