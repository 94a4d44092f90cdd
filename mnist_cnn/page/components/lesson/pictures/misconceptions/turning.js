// The drawing turned degree by degree, and how the answer passes from one digit to the next.
import { make } from "../../../../dom/elements.js";
import { text } from "../../../../locales/language.js";
import { inkPlate } from "../plates.js";
import { isPlayed } from "../played.js";
import { tenBars } from "./bars.js";
import { Plays, play } from "./motion.js";
import { shares } from "./shares.js";

const TIME = 7000; // milliseconds of the whole turn

const plays = new Plays();

export function show(stage) {
  const own = make("figure", "own");
  const bars = tenBars();
  const input = make("input", { type: "range", min: 0, step: 1, value: 0 });
  const angle = make("output", "");
  const chart = make("div", "shares");
  const label = make("label", "turn", make("span", "", text("lessonTurn"), " ", angle), input);
  const top = make("div", "turned", own, bars.element);
  stage.element.append(top, chart, label, make("p", "hint", text("lessonShares")));
  let found = null;
  let angleSet = null; // by somebody, with the slider

  function write() {
    const at = Number(input.value);
    const { angle: degrees, image, probabilities } = found.answers[at];
    own.replaceChildren(inkPlate(image));
    bars.show(probabilities);
    angle.textContent = `${degrees}°`;
    input.setAttribute("aria-valuetext", `${degrees}°`);
    chart.style.setProperty("--at", at / (found.answers.length - 1));
  }

  input.addEventListener("input", () => {
    plays.end(stage);
    angleSet = found.answers[Number(input.value)].angle;
    write();
  });

  /** The chart up to a share of the way; null: nothing of it yet. */
  function reveal(share) {
    label.classList.toggle("veiled", share === null);
    chart.style.setProperty("--shown", share ?? 0);
  }

  function goTo(at) {
    input.value = at;
    write();
  }

  stage.picture(
    "turned",
    (turned) => {
      found = turned;
      input.max = turned.answers.length - 1;
      chart.replaceChildren(shares(turned.answers), make("i", "cursor"));
      const isTurned = isPlayed(stage);
      reveal(isTurned ? 1 : null);
      const at = turned.answers.findIndex((one) => one.angle === angleSet);
      goTo(!isTurned ? 0 : at >= 0 ? at : turned.between);
      plays.ready(stage, () => play(TIME, turnTo));
    },
    { patient: true, fixed: true },
  );
  stage.onClose(() => plays.end(stage));

  /** All the way, at last to where it is least sure. */
  function turnTo(share) {
    angleSet = null;
    reveal(share);
    goTo(share < 1 ? Math.round(share * (found.answers.length - 1)) : found.between);
  }
}

/** Turn the drawing from where it stood. */
export const turn = (stage) => plays.play(stage);
