// As often as the screen is painted, and no more: a mouse may move a thousand times a second.

/**
 * @param {(since: number) => void} work is done at once, or, where it has been done in this frame
 *   already, in the next one; with the earliest of the `since` that have come meanwhile
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

  function begin(since) {
    resting = true;
    requestAnimationFrame(next);
    work(since);
  }

  return (since) => {
    if (resting) waiting ??= since;
    else begin(since);
  };
}
