// Replays the drawing as it was drawn; where motion is not wanted, stroke by stroke.
import { text, onLanguage } from "../locales/language.js";
import { pause } from "../transport/pause.js";

const PLAYING = 2500; // milliseconds
const STROKE_PAUSE = 800; // milliseconds

/**
 * @param button starts the replay, and stops it
 * @param drawing {length(), ends(), begin(), show(moment)}
 */
export function createReplay(button, { length, ends, begin, show }) {
  let running = null; // the replay that runs

  function label() {
    const words = text(running ? "stop" : "play");
    button.setAttribute("aria-label", words);
    button.title = words;
    button.classList.toggle("playing", Boolean(running));
  }

  function stop() {
    running = null;
    label();
  }

  async function play() {
    const mine = (running = {});
    label();
    begin();
    const stills = matchMedia("(prefers-reduced-motion: reduce)").matches ? ends() : null;
    const started = performance.now();
    for (let i = 0; mine === running; i++) {
      const share = Math.min(1, (performance.now() - started) / PLAYING);
      const moment = stills ? stills[i] : Math.max(1, Math.round(share * length()));
      show(moment);
      if (moment >= length()) return stop();
      await (stills ? pause(STROKE_PAUSE) : frame());
    }
  }

  button.addEventListener("click", () => (running ? stop() : play()));
  onLanguage(label);
  label();
  return {
    stop,
    enable(possible) {
      button.disabled = !possible;
    },
  };
}

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
