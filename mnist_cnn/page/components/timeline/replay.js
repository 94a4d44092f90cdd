// Replays the drawing as it was drawn, or stroke by stroke for people who want no motion.
import { pause } from "../../reader/slices.js";
import { createPlayButton } from "./play-button.js";

const DURATION = 2500; // milliseconds
const STROKE_PAUSE = 800; // milliseconds

/**
 * @param button starts the replay, and stops it
 * @param drawing {length(), ends(), begin(), show(moment)}
 */
export function createReplay(button, { length, ends, begin, show }) {
  return createPlayButton(button, { play: "play", stop: "stop" }, async (goesOn) => {
    begin();
    const stills = matchMedia("(prefers-reduced-motion: reduce)").matches ? ends() : null;
    const started = performance.now();
    for (let i = 0; goesOn(); i++) {
      const share = Math.min(1, (performance.now() - started) / DURATION);
      const moment = stills ? stills[i] : Math.max(1, Math.round(share * length()));
      show(moment);
      if (moment >= length()) return;
      await (stills ? pause(STROKE_PAUSE) : new Promise(requestAnimationFrame));
    }
  });
}
