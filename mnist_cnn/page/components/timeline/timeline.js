// The drawing in time: the slider goes back to any moment of it, and the page reads it as it was.
import { text, translate } from "../../locales/language.js";
import { endsOf } from "../pad/history.js";
import { onTheme } from "../../dom/theme.js";
import { emit, listen, valueOf } from "../../state/events.js";
import { argmax } from "../../reader/math.js";
import { paintProbabilities } from "./chart.js";
import { createReplay } from "./replay.js";
import { Samples } from "./samples.js";

const INTERVAL = 100; // milliseconds from one painting of the chart to the next

export function mount(element) {
  const canvas = element.querySelector("canvas");
  const slider = element.querySelector(".moment");
  const play = element.querySelector(".play");
  const samples = new Samples();
  let past = null; // the moment that is looked at; null: the present
  let painting = false;
  let painted = 0; // when the chart was, in milliseconds

  const replay = createReplay(play, {
    length: () => samples.length,
    ends: () => endsOf(samples.marks),
    begin: () => samples.fill(paintSoon),
    show(moment) {
      look(moment);
      showSlider();
    },
  });

  /** After the answer is on the screen, and not with every one: the maps come first. */
  function paintSoon() {
    if (painting) return;
    painting = true;
    const wait = Math.max(0, painted + INTERVAL - performance.now());
    setTimeout(() => requestAnimationFrame(() => setTimeout(paint)), wait);
  }

  function paint() {
    painting = false;
    painted = performance.now();
    const { length } = samples;
    const moment = past ?? length;
    element.querySelector(".empty").hidden = samples.all.size > 0;
    paintProbabilities(canvas, samples.sorted, length, moment);
    describe(samples.at(moment));
  }

  function describe(probabilities) {
    if (!probabilities) return slider.removeAttribute("aria-valuetext");
    const digit = argmax(probabilities);
    const percent = (probabilities[digit] * 100).toFixed(1);
    slider.setAttribute("aria-valuetext", text("scrubbed", { share: slider.value, digit, percent }));
  }

  function look(moment) {
    past = moment >= samples.length ? null : moment;
    emit("scrub", { moment: past });
    paintSoon();
  }

  function showSlider() {
    const still = samples.length < 2;
    slider.disabled = still;
    play.disabled = still;
    slider.value = past === null ? 100 : Math.max(1, Math.round((past / samples.length) * 100));
  }

  /** The drawing is another, or grows: the slider is at its present. */
  function showPresent(marks) {
    replay.stop();
    samples.follow(marks);
    past = null;
    showSlider();
    paintSoon();
  }

  function fillSparse() {
    if (!valueOf("pen").down && samples.all.size < 2 && samples.length > 1) samples.fill(paintSoon);
  }

  slider.addEventListener("input", () => {
    replay.stop();
    look(Math.max(1, Math.round((slider.value / 100) * samples.length)));
  });
  for (const name of ["pointerdown", "focus"]) {
    slider.addEventListener(name, () => samples.fill(paintSoon));
  }
  translate(element);
  onTheme(paintSoon);
  listen("language", paintSoon);
  new ResizeObserver(paintSoon).observe(canvas);
  listen("past", (next) => {
    showPresent(next.marks);
    fillSparse(); // opened or brought back, not drawn
  });
  listen("pen", ({ down, marks }) => {
    if (down) showPresent(marks);
  });
  listen("network", ({ kind }) => {
    samples.forget();
    paintSoon();
    if (!["training", "checkpoint"].includes(kind)) fillSparse(); // these change too quickly
  });
  listen("muted", () => {
    samples.forget();
    fillSparse();
  });
  listen("answer", ({ answer, frame }) => {
    if (answer.empty || frame.edition !== valueOf("past").edition) return;
    samples.add(frame.moment, answer.probabilities);
    if (past === null) showSlider();
    paintSoon();
  });
}
