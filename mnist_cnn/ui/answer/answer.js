// Ten probabilities in fixed order, the winner marked, and any doubt that it is a digit at all.
import { text, translate, onLanguage } from "../locales/language.js";
import { listen } from "../transport/events.js";
import { Announcement } from "./announcement.js";
import { doubtOf, inPercent, inShortPercent } from "./words.js";

const NARROW = "(max-width: 640px), (min-width: 768px) and (max-width: 1023px)"; // as in answer.css

export function mount(element) {
  const root = element.querySelector(".answer");
  const winner = element.querySelector(".digit");
  const doubt = element.querySelector(".doubt");
  const bars = Array.from({ length: 10 }, (_, digit) => createBar(digit));
  element.querySelector(".bars").append(...bars.map((bar) => bar.item));
  const announcement = new Announcement(element.querySelector(".announcement"));
  const narrow = matchMedia(NARROW);
  let shown = { empty: true };

  function show(answer) {
    shown = answer;
    const empty = Boolean(answer.empty);
    write(winner, empty ? "–" : String(answer.digit));
    element.querySelector(".invitation").hidden = !empty;
    write(doubt, doubtOf(answer));
    doubt.hidden = !doubt.textContent;
    root.classList.toggle("doubtful", !doubt.hidden);
    const words = narrow.matches ? inShortPercent : inPercent;
    bars.forEach((bar, digit) => {
      if (empty) bar.clear();
      else bar.show(answer.probabilities[digit], words, digit === answer.digit);
    });
  }

  translate(element);
  show(shown);
  onLanguage(() => show(shown));
  narrow.addEventListener("change", () => show(shown));
  listen("answer", ({ answer }) => {
    show(answer);
    announcement.hear(answer);
  });
}

function createBar(digit) {
  const item = document.createElement("li");
  item.innerHTML = `
    <span class="label">${digit}</span>
    <span class="percent"></span>
    <span class="track"><span class="fill"></span></span>`;
  const percent = item.querySelector(".percent");
  const fill = item.querySelector(".fill");
  return {
    item,
    show(probability, words, winner) {
      write(percent, words(probability));
      fill.style.transform = `scaleY(${probability})`;
      item.classList.toggle("winner", winner);
      const exact = `${(probability * 100).toPrecision(4)} %`;
      item.title = text("probability", { digit, percent: exact });
    },
    clear() {
      write(percent, (item.title = ""));
      fill.style.transform = "scaleY(0)";
      item.classList.remove("winner");
    },
  };
}

/** Words that stay are left alone: new ones, even the same, make the browser lay out the page. */
function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
