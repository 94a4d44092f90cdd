// Ten probabilities in fixed order, the winner marked, and any doubt that it is a digit at all. A
// digit that is clicked is asked for: "why not 8?".
import { text, translate, onLanguage } from "../locales/language.js";
import { emit, listen } from "../transport/events.js";
import { Announcement } from "./announcement.js";
import { Wavering } from "./wavering.js";
import { doubtOf, inFigures, write } from "./words.js";

export function mount(element) {
  const root = element.querySelector(".answer"); // it may be moved to another element
  const winner = element.querySelector(".digit");
  const doubt = element.querySelector(".doubt");
  const waver = element.querySelector(".wavering");
  const wavering = new Wavering();
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
    write(waver, doubt.hidden ? wavering.sentence() : "");
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
  show(shown);
  onLanguage(() => show(shown));
  document.addEventListener("keydown", (event) => {
    const isFree = !document.body.matches(".inspecting, .unfolded"); // these are left first
    if (event.key === "Escape" && isFree) tell(null);
  });
  listen("past", () => {
    wavering.begin();
    tell(null);
  });
  listen("pen", ({ down }) => down && tell(null));
  listen("answer", ({ answer }) => {
    wavering.hear(answer);
    show(answer);
    announcement.hear(answer);
  });
}

function createBar(digit, ask) {
  const item = document.createElement("li");
  Object.assign(item.dataset, { layer: "softmax", channel: digit });
  item.innerHTML = `
    <button type="button">
      <span class="label">${digit}</span>
      <span class="percent"></span>
      <span class="track"><span class="fill"></span></span>
    </button>`;
  const button = item.querySelector("button");
  const percent = item.querySelector(".percent");
  const fill = item.querySelector(".fill");
  button.addEventListener("click", ask);
  return {
    item,
    show(probability, winner) {
      write(percent, inFigures(probability));
      fill.style.setProperty("--share", probability);
      item.classList.toggle("winner", winner);
      const exact = `${(probability * 100).toPrecision(4)}%`;
      button.title = text("probability", { digit, percent: exact });
    },
    clear() {
      write(percent, (button.title = ""));
      fill.style.setProperty("--share", 0);
      item.classList.remove("winner");
    },
    mark(asked) {
      button.setAttribute("aria-pressed", String(asked));
    },
  };
}
