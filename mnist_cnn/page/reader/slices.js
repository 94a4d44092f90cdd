// Long work in time slices. The work is a generator that yields often, at times a number from 0 to 1: how
// much of it is done. Whoever runs it decides when to go on. A generator here is named with -ing, or
// says so, and does the same as the function beside it.

const SLICE = 8; // milliseconds, so that the pen need not wait for longer

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs a generator to its end at once; returns its value. */
export function finished(work) {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * Runs a generator slice by slice, so that in between the pen has its turn.
 * @param {() => boolean} isWanted asked before every slice; if not, the work ends with undefined
 * @param {{milliseconds?: number, progress?: (share: number) => void}} how milliseconds: of a slice;
 *   progress: called with the share of the work that is done
 * @returns a promise of the generator's value
 */
export async function inSlices(work, isWanted = () => true, { milliseconds = SLICE, progress } = {}) {
  while (isWanted()) {
    const end = performance.now() + milliseconds;
    let share;
    do {
      const { done, value } = work.next();
      if (done) return value;
      if (typeof value === "number") share = value;
    } while (performance.now() < end);
    if (share !== undefined) progress?.(share);
    await pause(0);
  }
  return undefined;
}

/** Runs a generator as part number `at` of `parts`: the progress it yields becomes that of the whole. */
export function* part(work, at, parts) {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    yield typeof value === "number" ? (at + value) / parts : value;
  }
}
