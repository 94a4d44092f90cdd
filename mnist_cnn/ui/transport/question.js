// Questions about a drawing that are asked on demand, beside the drawing route.
import { url } from "./transport.js";

/**
 * Ask `path` about the drawing in `frame`; returns the server's object.
 * Throws an Error with `refused`, the server's sentence, when the server refuses.
 */
export async function question(path, values, { width, height, pixels }) {
  const query = new URLSearchParams({ ...values, width, height });
  const response = await fetch(`${url(path)}?${query}`, { method: "POST", body: pixels });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const error = new Error(answer.error ?? `The server answered ${response.status}`);
  throw Object.assign(error, { refused: answer.error });
}

/**
 * One question at a time: while one is out, only the newest other one waits.
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
      const next = waiting.wanted;
      waiting = null;
      await ask(next).then((answer) => use(answer, next), (error) => fail(error, next));
    }
    busy = false;
  };
}
