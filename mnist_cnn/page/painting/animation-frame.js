// Runs work at most once in each frame of the screen: a mouse may move a thousand times a second. Work
// that takes longer pauses in between, to let the pen go on.
import { inSlices } from "../reader/slices.js";

/**
 * @param {(since: number) => Generator} work is begun at once, or, where it has been begun in this
 *   frame already or is not done yet, in the next one; with the earliest of the `since` that have come
 *   meanwhile
 */
export function onceAFrame(work) {
  let resting = false;
  let waiting = null;

  function next() {
    resting = false;
    const since = waiting;
    waiting = null;
    if (since !== null) begin(since);
  }

  async function begin(since) {
    resting = true;
    const frame = new Promise(requestAnimationFrame);
    try {
      await inSlices(work(since));
    } finally {
      frame.then(next);
    }
  }

  return (since) => {
    if (resting) waiting ??= since;
    else begin(since);
  };
}
