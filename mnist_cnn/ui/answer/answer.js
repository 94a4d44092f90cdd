// Ten probabilities in fixed order, the winner marked, and any doubt that it is a digit at all.
import { text, translate, onLanguage } from "../locales/language.js";
import { listen } from "../transport/events.js";
import { Announcement } from "./announcement.js";
import { doubtOf, inPercent } from "./words.js";

export function mount(element) {
  const root = element.querySelector(".answer");
  const bars = Array.from({ length: 10 }, (_, digit) => createBar(digit));
  element.querySelector(".bars").append(...bars.map((bar) => bar.item));
  const announcement = new Announcement(element.querySelector(".announcement"));
  let shown = { empty: true };

  function show(answer) {
    shown = answer;
    const empty = Boolean(answer.empty);
    const doubt = element.querySelector(".doubt");
    element.querySelector(".digit").textContent = empty ? "–" : answer.digit;
    element.querySelector(".invitation").hidden = !empty;
    doubt.textContent = doubtOf(answer);
    doubt.hidden = !doubt.textContent;
    root.classList.toggle("doubtful", !doubt.hidden);
    bars.forEach((bar, digit) => {
      bar.show(empty ? null : answer.probabilities[digit], !empty && digit === answer.digit);
    });
  }

  translate(element);
  show(shown);
  onLanguage(() => show(shown));
  listen("answer", ({ answer }) => {
    show(answer);
    announcement.hear(answer);
  });
}

function createBar(digit) {
  const item = document.createElement("li");
  item.innerHTML = `<span class="label">${digit}</span><span class="percent"></span><span class="track"><span class="fill"></span></span>`;
  const percent = item.querySelector(".percent");
  const fill = item.querySelector(".fill");
  return {
    item,
    show(probability, winner) {
      percent.textContent = probability === null ? "" : inPercent(probability);
      fill.style.transform = `scaleY(${probability ?? 0})`;
      item.classList.toggle("winner", winner);
      item.title =
        probability === null
          ? ""
          : text("probability", { digit, percent: `${(probability * 100).toPrecision(4)} %` });
    },
  };
}
