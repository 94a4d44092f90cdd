// Waiting.
import { slice } from "../reader/slices.js";

export const AGAIN = 2000; // milliseconds until a server that did not answer is asked again

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * What a generator returns in the end, which works a little and then lets the pen have its turn.
 * @param {() => boolean} isWanted asked before every slice; where it is not, undefined is returned
 */
export async function inSlices(work, isWanted = () => true) {
  while (isWanted()) {
    const { done, value } = slice(work);
    if (done) return value;
    await pause(0);
  }
  return undefined;
}

/** Whether asking again is of no use: the server said no, and not only that it was too often. */
export const isRefusal = (error) => Boolean(error.refused) && error.status !== 429;

/** Ask until there is an answer, which is returned, or a refusal, which is thrown. */
export async function insist(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isRefusal(error)) throw error;
      await pause(AGAIN);
    }
  }
}
