// Ten probabilities in fixed order, the winner marked, and any doubt that it is a digit at all.
import { text, translate, onLanguage } from "../locales/language.js";
import { listen } from "../transport/events.js";

const DOUBTS = {
  wide: "doubtWide",
  blob: "doubtBlob",
  unfamiliar: "doubtUnfamiliar",
  unsure: "doubtUnsure",
};

export function mount(element) {
  const root = element.querySelector(".answer");
  const bars = Array.from({ length: 10 }, (_, digit) => createBar(digit));
  element.querySelector(".bars").append(...bars.map((bar) => bar.item));
  let shown = { empty: true };

  function show(answer) {
    shown = answer;
    const empty = Boolean(answer.empty);
    const doubt = element.querySelector(".doubt");
    element.querySelector(".digit").textContent = empty ? "–" : answer.digit;
    element.querySelector(".invitation").hidden = !empty;
    doubt.hidden = empty || !answer.doubt;
    doubt.textContent = doubt.hidden ? "" : text(DOUBTS[answer.doubt]);
    root.classList.toggle("doubtful", !doubt.hidden);
    bars.forEach((bar, digit) => {
      bar.show(empty ? null : answer.probabilities[digit], !empty && digit === answer.digit);
    });
  }

  translate(element);
  show(shown);
  onLanguage(() => show(shown));
  listen("answer", ({ answer }) => show(answer));
}

function createBar(digit) {
  const item = document.createElement("li");
  item.innerHTML = `<span class="percent"></span><span class="track"><span class="fill"></span></span><span class="label">${digit}</span>`;
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

/** Three digits are enough to see, and "100" only when it is. */
function inPercent(probability) {
  const percent = probability * 100;
  if (percent >= 99.95) return percent >= 99.995 ? "100%" : `${percent.toFixed(2)}%`;
  return percent >= 0.1 ? `${percent.toFixed(1)}%` : percent >= 0.005 ? `${percent.toFixed(2)}%` : "0%";
}
