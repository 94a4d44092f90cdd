// The timeline of a run: the slider goes back to any snapshot of it, and the drawing is read by the
// network as it was then.
import { text, onLanguage } from "../locales/language.js";
import { pause } from "../transport/pause.js";

const PLAYING = 4000; // milliseconds
const FRAMES = 60; // in that time

/**
 * @param element holds the slider, the button that plays and the words
 * @param look called with a checkpoint of the history; null: the newest weights
 */
export function createCheckpoints(element, look) {
  const slider = element.querySelector("input");
  const play = element.querySelector(".play");
  const words = element.querySelector(".moment");
  let history = null;
  let at = null; // the index that is looked at; null: the newest weights
  let playing = null;

  function show() {
    const last = (history?.checkpoints.length ?? 0) - 1;
    slider.max = String(Math.max(last, 0));
    slider.disabled = play.disabled = last < 1;
    slider.value = String(at ?? last);
    const checkpoint = history?.checkpoints[at ?? last];
    const moment = checkpoint ? momentOf(checkpoint, at === null) : "";
    words.textContent = moment;
    slider.setAttribute("aria-valuetext", moment);
  }

  function go(index) {
    at = index !== null && index >= history.checkpoints.length - 1 ? null : index;
    show();
    look(at === null ? null : history.checkpoints[at]);
  }

  async function start() {
    const mine = (playing = {});
    label();
    for (let frame = 0; frame < FRAMES; frame++) {
      if (mine !== playing) return;
      go(Math.floor((frame / FRAMES) * history.checkpoints.length));
      await pause(PLAYING / FRAMES);
    }
    if (mine !== playing) return;
    stop();
    go(null);
  }

  function stop() {
    playing = null;
    label();
  }

  function label() {
    const name = text(playing ? "stopPlaying" : "playTraining");
    play.setAttribute("aria-label", name);
    play.title = name;
    play.classList.toggle("playing", playing !== null);
  }

  slider.addEventListener("input", () => {
    stop();
    go(Number(slider.value));
  });
  play.addEventListener("click", () => (playing ? stop() : start()));
  onLanguage(() => {
    label();
    show();
  });
  label();
  return {
    /** Another run is shown, or the same has more checkpoints. */
    show(next) {
      if (next !== history) {
        stop();
        at = null;
      }
      history = next;
      show();
    },
    /** Look at the checkpoint closest to a step. */
    seek(step) {
      if (history?.checkpoints.length) go(history.closest(step).index);
    },
  };
}

function momentOf({ step, epoch, seconds }, newest) {
  if (newest) return text("momentNewest");
  if (step === 0) return text("momentUntrained");
  return text("momentStep", { step: step.toLocaleString("en"), epoch, seconds: seconds.toFixed(1) });
}
