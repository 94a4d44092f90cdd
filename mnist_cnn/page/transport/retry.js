// Asking again where no answer came.
import { pause } from "../reader/slices.js";
import { isRefusal } from "./http.js";

export const RETRY_DELAY = 2000; // milliseconds until a server that did not answer is asked again

/** Ask until there is an answer, which is returned, or a refusal, which is thrown. */
export async function retry(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isRefusal(error)) throw error;
      await pause(RETRY_DELAY);
    }
  }
}

/**
 * One question at a time, of the server or the worker: while one is out, only the newest other one
 * waits. One without an answer is asked again, until there is one or something else is wanted.
 * @param ask turns what is wanted into a promise
 * @param use called with (answer, wanted)
 * @param fail called with (error, wanted)
 */
export function latest(ask, use, fail) {
  let waiting = null;
  let busy = false;
  return async function want(wanted) {
    waiting = { wanted };
    if (busy) return;
    busy = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        await ask(next.wanted).then(
          (answer) => use(answer, next.wanted),
          async (error) => {
            fail(error, next.wanted);
            if (isRefusal(error)) return;
            await pause(RETRY_DELAY);
            waiting ??= next;
          },
        );
      }
    } finally {
      busy = false; // also where `use` throws
    }
  };
}
