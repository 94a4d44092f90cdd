// Questions that take a while to be answered, by the server or the worker.
import { AGAIN, pause } from "./pause.js";

/**
 * One question at a time: while one is out, only the newest other one waits. What gets no answer is
 * asked again, until there is one or something else is wanted.
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
    while (waiting) {
      const next = waiting;
      waiting = null;
      await ask(next.wanted).then(
        (answer) => use(answer, next.wanted),
        async (error) => {
          fail(error, next.wanted);
          if (error.refused) return;
          await pause(AGAIN);
          waiting ??= next;
        },
      );
    }
    busy = false;
  };
}
