// Questions about a drawing that the server answers on demand.
import { AGAIN, pause } from "./pause.js";
import { inTime, refuse } from "./transport.js";

/**
 * Ask `path` about a drawing; returns the server's object.
 * Throws as `refuse` does.
 */
export async function question(path, values, { width, height, pixels }) {
  const query = new URLSearchParams({ ...values, width, height });
  const response = await inTime(`${path}?${query}`, pixels);
  if (!response.ok) await refuse(response);
  return response.json();
}

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
