// Ten probabilities in fixed order, the winner marked, and any doubt that it is a digit at all. A
// digit that is clicked is asked for: "why not 8?".
import { text, translate } from "../../locales/language.js";
import { emit, follow, listen, valueOf } from "../../state/events.js";
import { Announcement } from "./announcement.js";
import { RunnerUp } from "./runner-up.js";
import { inFigures } from "../../locales/numbers.js";
import { doubtOf } from "./doubt.js";
import { button, make, write } from "../../dom/elements.js";

export function mount(element) {
  const root = element.querySelector(".answer"); // it may be moved to another element
  const winner = element.querySelector(".digit");
  const doubt = element.querySelector(".doubt");
  const waver = element.querySelector(".wavering");
  const runnerUp = new RunnerUp();
  const bars = Array.from({ length: 10 }, (_, digit) => createBar(digit, () => ask(digit)));
  element.querySelector(".bars").append(...bars.map((bar) => bar.item));
  const announcement = new Announcement(element.querySelector(".announcement"));
  let shown = { empty: true };
  let asked = null; // the digit that is asked for; null: the answer

  function show(answer) {
    shown = answer;
    const empty = Boolean(answer.empty);
    write(winner, empty ? "–" : String(answer.digit));
    root.querySelector(".invitation").hidden = !empty;
    write(doubt, doubtOf(answer));
    doubt.hidden = !doubt.textContent;
    root.classList.toggle("doubtful", !doubt.hidden);
    write(waver, doubt.hidden ? runnerUp.sentence() : "");
    bars.forEach((bar, digit) => {
      if (empty) bar.clear();
      else bar.show(answer.probabilities[digit], digit === answer.digit);
    });
  }

  function ask(digit) {
    if (shown.empty) return;
    tell(digit === asked || digit === shown.digit ? null : digit);
  }

  function tell(digit) {
    if (digit === asked) return;
    asked = digit;
    bars.forEach((bar, i) => bar.mark(i === asked));
    emit("asked", { digit: asked });
  }

  translate(root);
  follow([], () => show(shown));
  document.addEventListener("keydown", (event) => {
    const isFree = !valueOf("select") && !valueOf("unfold"); // these are left first
    if (event.key === "Escape" && isFree) tell(null);
  });
  listen("past", () => {
    runnerUp.begin();
    tell(null);
  });
  listen("pen", ({ down }) => down && tell(null));
  listen("answer", ({ answer }) => {
    runnerUp.hear(answer);
    show(answer);
    announcement.hear(answer);
  });
}

function createBar(digit, ask) {
  const percent = make("span", "percent");
  const fill = make("span", "fill");
  const name = make("span", "label", String(digit));
  const bar = button("", ask, name, percent, make("span", "track", fill));
  const item = make("li", { dataset: { layer: "softmax", channel: digit } }, bar);
  return {
    item,
    show(probability, winner) {
      write(percent, inFigures(probability));
      fill.style.setProperty("--share", probability);
      item.classList.toggle("winner", winner);
      const exact = `${(probability * 100).toPrecision(4)}%`;
      bar.title = text("probability", { digit, percent: exact });
    },
    clear() {
      write(percent, (bar.title = ""));
      fill.style.setProperty("--share", 0);
      item.classList.remove("winner");
    },
    mark(asked) {
      bar.setAttribute("aria-pressed", String(asked));
    },
  };
}
