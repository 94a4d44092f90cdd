// Opens what the page's address names: its words and the module of its chapter, asked for again where no
// answer came. What is overtaken on the way, or no longer wanted, is not shown.
import { current } from "../../locales/language.js";
import { pause } from "../../reader/slices.js";
import { isRefusal } from "../../transport/http.js";
import { RETRY_DELAY } from "../../transport/retry.js";
import { placeInAddress } from "./address.js";
import { words } from "./words.js";

export class Opening {
  #newest = 0;

  /**
   * @param show called with (what `load` returns, the place of address.js, what `open` was given)
   * @param fail called with the error when something did not come
   */
  constructor(show, fail) {
    Object.assign(this, { show, fail });
  }

  /** Show what the address names now. */
  async open(how) {
    const turn = ++this.#newest;
    const place = placeInAddress();
    for (;;) {
      const { loaded, error } = await load(place).then(
        (found) => ({ loaded: found }),
        (failed) => ({ error: failed }),
      );
      if (turn !== this.#newest) return;
      if (loaded) return this.show(loaded, place, how);
      this.fail(error);
      if (isRefusal(error)) return;
      await pause(RETRY_DELAY);
    }
  }

  /** Do not show what is on its way. */
  cancel() {
    this.#newest += 1;
  }
}

/** All words and their language, the place of a card in them, else of the first, and its chapter's module. */
async function load(wanted) {
  const language = current();
  const { chapters, layers } = await words();
  const at = Math.max(0, chapters.findIndex(({ name }) => name === wanted.chapter));
  const card = Math.max(0, chapters[at].cards.findIndex(({ name }) => name === wanted.card));
  const module = await import(`./chapters/${chapters[at].name}.js`);
  return { language, chapters, layers, at, card, module };
}
