// What is muted: how many maps, whether the answer still holds, and the fewest that flip it.
import { write } from "../answer/words.js";
import { fewest } from "../explain/muting.js";
import { text, onLanguage } from "../locales/language.js";
import { count, muteAll, muted, unmuteAll } from "../network/muted.js";
import { listen } from "../transport/events.js";
import { pause } from "../transport/pause.js";
import { mapsOf } from "./columns.js";

const SLICE = 8; // milliseconds of work, until the pen may have its turn

/** current: returns {answer, layers} of what is shown */
export function bindMutes(element, current) {
  const counter = element.querySelector(".counter");
  const find = element.querySelector(".fewest");
  const unmute = element.querySelector(".unmute");
  let before = null; // the answer with nothing muted
  let found = null; // what the search has found: said in place of the counter
  let searching = null;

  function update() {
    const { answer, layers } = current();
    unmute.hidden = count() === 0;
    find.disabled = answer.empty || searching !== null;
    write(counter, searching ? text("fewestSearching") : sentence(answer, layers));
  }

  function sentence(answer, layers) {
    if (found === "none") return text("fewestNone");
    if (!count() || answer.empty) return text("muteHint");
    const silent = silentMaps(layers, muted());
    const values = { count: silent, all: mapsOf(layers), before, digit: answer.digit };
    if (found) return text("fewestFound", { ...values, channels: found });
    if (before === null || before === answer.digit) return text("mutedStill", values);
    return text("mutedNow", values);
  }

  async function search() {
    const { answer } = current();
    const mine = (searching = {});
    found = null;
    unmuteAll();
    update();
    const work = fewest(answer.network, answer.image);
    const result = await inSlices(work, () => searching === mine);
    if (searching !== mine) return;
    searching = null;
    if (result) {
      before = answer.digit;
      muteAll(result.channels);
      found = result.channels.length;
    } else if (result === null) {
      found = "none";
    }
    update();
  }

  find.addEventListener("click", search);
  unmute.addEventListener("click", unmuteAll);
  onLanguage(update);
  listen("muted", () => {
    found = null;
    update();
  });
  listen("past", () => {
    searching = found = null; // of another drawing
    update();
  });
  listen("answer", ({ answer }) => {
    if (!count()) before = answer.empty ? null : answer.digit;
    update();
  });
  update();
}

/** Feature maps that say nothing: those of muted convolutions, and what pooling makes of them. */
function silentMaps(layers, silent) {
  let channels = 0; // muted in the convolution before
  let maps = 0;
  for (const { name, kind, shape } of layers) {
    if (kind === "Conv2D") channels = silent.get(name)?.size ?? 0;
    if (shape.length === 3) maps += channels;
  }
  return maps;
}

/** What a generator returns in the end, which works a little and rests; undefined: it was given up. */
async function inSlices(work, isWanted) {
  while (isWanted()) {
    const end = performance.now() + SLICE;
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() < end);
    await pause(0);
  }
  return undefined;
}
