// Plays a picture in small steps, one a frame; where motion is unwanted, only its end is shown.

/** Plays of the pictures on stages: one that is asked for before its picture has come waits for it. */
export class Plays {
  #plays = new WeakMap(); // Stage: function that plays its picture, and returns one that ends it
  #ends = new WeakMap(); // Stage: function that ends what is played
  #waiting = new WeakSet(); // Stages

  /** Play the picture of a stage. */
  play(stage) {
    this.end(stage);
    const start = this.#plays.get(stage);
    if (start) this.#ends.set(stage, start());
    else this.#waiting.add(stage);
  }

  /** A picture has come, which `start` plays; it is played now if somebody waits for it. */
  ready(stage, start) {
    this.end(stage);
    this.#plays.set(stage, start);
    if (this.#waiting.delete(stage)) this.play(stage);
  }

  end(stage) {
    this.#ends.get(stage)?.();
    this.#ends.delete(stage);
  }
}

/**
 * @param {number} milliseconds until the end
 * @param {(share: number) => void} show called with how much of the time is over, 0 to 1, at last with 1
 * @returns {() => void} ends it where it is
 */
export function play(milliseconds, show) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    show(1);
    return () => {};
  }
  const start = performance.now();
  let next = requestAnimationFrame(step);
  function step(now) {
    const share = Math.min(1, Math.max(0, (now - start) / milliseconds));
    show(share);
    if (share < 1) next = requestAnimationFrame(step);
  }
  return () => cancelAnimationFrame(next);
}
