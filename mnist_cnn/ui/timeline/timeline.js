// The drawing in time: the slider goes back to any moment of it, and the page reads it as it was.
import { text, translate, onLanguage } from "../locales/language.js";
import { endsOf } from "../pad/history.js";
import { emit, listen, onTheme } from "../transport/events.js";
import { paintChart, winnerOf } from "./chart.js";
import { Samples } from "./samples.js";

const PLAYING = 2500; // milliseconds
const STROKE_PAUSE = 800; // milliseconds, where motion is not wanted

export function mount(element) {
  const canvas = element.querySelector("canvas");
  const slider = element.querySelector(".moment");
  const button = element.querySelector(".play");
  const samples = new Samples();
  let shown = 0; // the moment that is looked at
  let painting = false;
  let play = { on: false }; // the replay that runs, or the last one

  function paint() {
    painting = false;
    element.querySelector(".empty").hidden = samples.all.size > 0;
    paintChart(canvas, samples.sorted, samples.length, shown);
  }

  /** After the answer is on the screen: the maps come first. */
  function paintSoon() {
    if (painting) return;
    painting = true;
    requestAnimationFrame(() => setTimeout(paint));
  }

  function showControls() {
    const empty = samples.length < 2;
    slider.disabled = button.disabled = empty;
    const share = shown >= samples.length ? 100 : (shown / samples.length) * 100;
    slider.value = empty ? 100 : Math.max(1, Math.round(share));
  }

  function describe(probabilities) {
    const digit = winnerOf(probabilities);
    const percent = (probabilities[digit] * 100).toFixed(1);
    slider.setAttribute("aria-valuetext", text("scrubbed", { share: slider.value, digit, percent }));
    canvas.setAttribute("aria-label", text("timelineNow", { digit, percent }));
  }

  function scrubTo(moment) {
    shown = moment;
    emit("scrub", { moment: moment >= samples.length ? null : moment });
    paintSoon();
  }

  function stop() {
    play.on = false;
  }

  async function replay() {
    stop();
    const mine = { on: true };
    play = mine;
    samples.fill(paintSoon);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const moments = still ? endsOf(samples.marks) : null;
    const started = performance.now();
    for (let i = 0; mine.on; i++) {
      const share = Math.min(1, (performance.now() - started) / PLAYING);
      const moment = moments ? moments[i] : Math.max(1, Math.round(share * samples.length));
      scrubTo(moment);
      if (moment >= samples.length) return;
      await (still ? pause(STROKE_PAUSE) : frame());
    }
  }

  slider.addEventListener("input", () => {
    stop();
    scrubTo(Math.max(1, Math.round((slider.value / 100) * samples.length)));
  });
  for (const name of ["pointerdown", "focus"]) {
    slider.addEventListener(name, () => samples.fill(paintSoon));
  }
  button.addEventListener("click", replay);
  translate(element);
  onTheme(paintSoon);
  onLanguage(paintSoon);
  new ResizeObserver(paintSoon).observe(canvas);
  listen("past", ({ marks }) => {
    stop();
    samples.forget(marks);
    shown = samples.length;
    showControls();
    if (!samples.all.size && samples.length > 1) samples.fill(paintSoon); // opened, not drawn
    paintSoon();
  });
  listen("answer", ({ answer, frame }) => {
    if (frame.moment > samples.length) stop(); // a new stroke
    if (!answer.empty) samples.add(frame.moment, answer.probabilities, frame.marks);
    shown = frame.moment;
    showControls();
    if (!answer.empty) describe(answer.probabilities);
    paintSoon();
  });
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
