// Follows a correction on the server until it is over.
import { History } from "../train/run/history.js";
import { stateKey, stateOf } from "../train/run/status.js";
import { sentenceOf } from "../../locales/refusals.js";
import { followRun } from "../../state/news.js";
import { isRefusal } from "../../transport/http.js";

/**
 * Resolves when there is a result.
 * @param run as the server lists it
 * @param {(words: () => string, share?: number) => void} say called with how far it is, in the page's
 *   language, and with how much of its steps are done, 0 to 1, once it learns
 * @throws with `refused` where there will be no result: the key of the sentence that says why
 */
export function awaitResult(run, say) {
  const followed = { ...run, history: new History() };
  return new Promise((resolve, reject) => {
    function changed() {
      if (followed.state === "done") return resolve();
      if (!["stopped", "failed"].includes(followed.state)) return say(() => stateOf(followed), shareOf(followed.history));
      reject(Object.assign(new Error(followed.state), { refused: stateKey(followed) }));
    }

    const trouble = (error) => {
      if (error && isRefusal(error)) reject(error); // else it is followed all the same
      else if (error) say(() => sentenceOf(error));
      else changed();
    };
    followRun(followed, changed, trouble);
    changed();
  });
}

const shareOf = ({ step, prepared }) => (prepared && step ? step / prepared.steps : undefined);
