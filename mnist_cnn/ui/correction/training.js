// Follows a correction on the server until it is over.
import { Following } from "../train/following.js";
import { History } from "../train/history.js";
import { stateOf } from "../train/status.js";
import { text } from "../locales/language.js";
import { isRefusal } from "../transport/pause.js";

/**
 * say: called with what says, in the page's language, how far it is.
 * The promise is broken when there is no result: with `sentence`, which says why, or as a refusal.
 */
export function follow(run, say) {
  const followed = { ...run, history: new History() };
  return new Promise((resolve, reject) => {
    function news() {
      if (followed.state === "done") return resolve();
      if (!["stopped", "failed"].includes(followed.state)) return say(() => stateOf(followed));
      reject(Object.assign(new Error(followed.state), { sentence: () => stateOf(followed) }));
    }

    const trouble = (error) => {
      if (error && isRefusal(error)) reject(error); // else it is followed all the same
      else if (error) say(() => error.refused ?? text("unreachable"));
    };
    return new Following(followed, news, trouble);
  });
}
