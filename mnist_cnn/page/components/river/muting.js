// The line about muting: how many maps are muted, whether the answer still holds, the fewest that flip it.
import { write } from "../../dom/elements.js";
import { findFewestToMute, mutableLayers } from "../../explain/muting.js";
import { text } from "../../locales/language.js";
import { count, muteAll, muted, unmuteAll } from "../../state/muted.js";
import { follow, listen } from "../../state/events.js";
import { inSlices } from "../../reader/slices.js";

const MAPS = {
  none: "fewestNone",
  found: "fewestFound",
  hint: "muteHint",
  still: "mutedStill",
  now: "mutedNow",
};
const UNITS = {
  none: "fewestNoUnits",
  found: "fewestFoundUnits",
  hint: "muteHintUnits",
  still: "mutedStillUnits",
  now: "mutedNowUnits",
};

/** layers: of the network that reads, until another one does */
export function createMuting(element, layers) {
  const counter = element.querySelector(".counter");
  const find = element.querySelector(".fewest");
  const unmute = element.querySelector(".unmute");
  let answer = { empty: true };
  let before = null; // the answer with nothing muted
  let found = null; // what the search has found: said in place of the counter
  let searching = null;

  function update() {
    unmute.hidden = count() === 0;
    find.hidden = mutableLayers(layers).length === 0;
    find.disabled = answer.empty || searching !== null;
    const isLate = !answer.empty && answer.muted !== muted(); // what is muted now is being read
    if (searching) write(counter, text("fewestSearching"));
    else if (!isLate) write(counter, sentence());
  }

  function sentence() {
    if (!mutableLayers(layers).length) return "";
    const { silent, all, keys } = silence(layers, muted());
    if (found === "none") return text(keys.none);
    if (!count() || answer.empty) return text(keys.hint);
    const values = { count: silent, all, before, digit: answer.digit };
    if (found) return text(keys.found, { ...values, channels: found });
    return text(before === null || before === answer.digit ? keys.still : keys.now, values);
  }

  async function search() {
    const mine = (searching = {});
    found = null;
    unmuteAll();
    update();
    const work = findFewestToMute(answer.network, answer.image);
    const result = await inSlices(work, () => searching === mine);
    if (searching !== mine) return;
    searching = null;
    if (result) {
      muteAll(result.channels);
      found = result.channels.length;
    } else if (result === null) {
      found = "none";
    }
    update();
  }

  find.addEventListener("click", search);
  unmute.addEventListener("click", unmuteAll);
  listen("muted", () => {
    found = null;
    update();
  });
  listen("past", () => {
    searching = found = null; // of another drawing
    update();
  });
  listen("network", (next) => {
    if (next.layers === layers) return; // newer weights of the same one
    layers = next.layers;
    answer = { empty: true };
    searching = found = null;
    update();
  });
  listen("answer", (next) => {
    ({ answer } = next);
    if (!count()) before = answer.empty ? null : answer.digit;
    update();
  });
  follow([], update);
}

/**
 * What says nothing: feature maps, those of muted convolutions and what pooling makes of them; where
 * there are none, units.
 * @returns {{silent: number, all: number, keys}} keys: of the sentences about them
 */
function silence(layers, mutes) {
  const hasMaps = layers.some(({ kind }) => kind === "Conv2D");
  const shown = hasMaps ? layers.filter(({ shape }) => shape.length === 3) : mutableLayers(layers);
  let [silent, all, channels] = [0, 0, 0]; // channels: that are muted in the layer before
  for (const { name, kind, shape } of shown) {
    if (kind === "Conv2D" || kind === "Dense") channels = mutes.get(name)?.size ?? 0;
    silent += channels;
    all += shape.at(-1);
  }
  return { silent, all, keys: hasMaps ? MAPS : UNITS };
}
