// The timeline of a run: a slider goes back to any checkpoint, and the network of that moment reads the
// drawing.
import { follow } from "../../../state/events.js";
import { text } from "../../../locales/language.js";
import { pause } from "../../../reader/slices.js";
import { createPlayButton } from "../../timeline/play-button.js";

const DURATION = 4000; // milliseconds of playing
const FRAMES = 60; // in that time
const NAMES = { play: "playTraining", stop: "stopPlaying" };

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

  const { stop } = createPlayButton(play, NAMES, async (goesOn) => {
    for (let frame = 0; frame < FRAMES && goesOn(); frame++) {
      go(Math.floor((frame / FRAMES) * history.checkpoints.length));
      await pause(DURATION / FRAMES);
    }
    if (goesOn()) go(null);
  });

  slider.addEventListener("input", () => {
    stop();
    go(Number(slider.value));
  });
  follow([], show);
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
