// Fool it: a heart, a letter, the smallest change of one's drawing, the fewest channels muted.
import { make, partsOf } from "../../dom/elements.js";
import { findFewestToMute, mutableLayers } from "../../explain/muting.js";
import { text } from "../../locales/language.js";
import { inFigures, percent } from "../../locales/numbers.js";
import { sentenceOf } from "../../locales/refusals.js";
import { inkOnPaper } from "../../painting/canvas.js";
import { largest } from "../../painting/map.js";
import { inSlices } from "../../reader/slices.js";
import { follow, listen } from "../../state/events.js";
import { count, muteAll, unmuteAll } from "../../state/muted.js";
import { ABANDONED, work } from "../../worker/work.js";
import { doubtOf } from "../answer/doubt.js";
import { LETTERS } from "../lesson/drawings.js";
import { signedPlate } from "../lesson/pictures/plates.js";
import { answerTo, answerToDrawing } from "./drawings.js";

const FULL = 255; // the level of full ink

/** element: the section that is filled; returns {enter, leave} */
export function createFool(element) {
  const part = partsOf(element);
  let said = null; // what is said, in any language
  let plates = null; // returns the pictures below it
  let running = null; // an AbortController: what is being done
  let letters = 0; // that were drawn

  function write() {
    part("said").textContent = said?.() ?? "";
    element.classList.toggle("tried", Boolean(said));
    part("plates").replaceChildren(...(plates?.() ?? []));
    part("unmute").hidden = count() === 0;
  }

  function say(words, pictures = null) {
    [said, plates] = [words, pictures];
    write();
  }

  /** Run a trick, unless another one is begun meanwhile. */
  async function run(trick) {
    running?.abort();
    const mine = (running = new AbortController());
    try {
      await trick(mine.signal);
    } catch (error) {
      if (mine.signal.aborted) return;
      if (error.refused === ABANDONED) return say(null); // something else is drawn
      say(() => sentenceOf(error));
      if (!error.refused) throw error;
    }
  }

  /** Draw what is no digit. */
  const shape = (name, key) => async (signal) => {
    unmuteAll();
    say(() => text("foolReading"));
    const answer = await answerTo(name);
    if (signal.aborted) return;
    const thing = () => text(key, { letter: name });
    say(() => sentenceAbout(answer, thing()));
  };

  async function change(signal) {
    const { network, image, digit } = await answerToDrawing();
    if (signal.aborted) return;
    say(() => text("foolChanging", { digit }));
    const found = await work("change", { network, image }, { signal });
    if (!found) return say(() => text("foolNoChange", { digit }));
    const after = Uint8Array.from(found.image.flat());
    const difference = found.image.map((row, y) => row.map((level, x) => level - image[y * row.length + x]));
    const most = largest(difference.flat()) / FULL;
    say(
      () => text("foolChanged", { digit, other: found.other, most: percent(most, 0) }),
      () => [
        plate(inkOnPaper(image), text("foolBefore"), reads(digit, found.before[digit])),
        plate(signedPlate(difference), text("foolDifference", { times: Math.max(1, Math.round(1 / most)) })),
        plate(inkOnPaper(after), text("foolAfter"), reads(found.other, found.after[found.other])),
      ],
    );
  }

  async function mute(signal) {
    const { network, image, digit } = await answerToDrawing();
    if (signal.aborted) return;
    say(() => text("fewestSearching"));
    const found = await inSlices(findFewestToMute(network, image), () => !signal.aborted);
    if (signal.aborted) return;
    if (!found) return say(() => text("fewestNone"));
    muteAll(found.channels);
    const [[name]] = found.channels;
    const layer = network.layers.find((one) => one.name === name);
    const values = { count: found.channels.length, all: layer.shape.at(-1), layer: name };
    say(() => text("foolMuted", { ...values, digit, other: found.digit }));
  }

  const tricks = {
    heart: () => run(shape("heart", "foolTheHeart")),
    letter: () => run(shape(LETTERS[letters++ % LETTERS.length], "foolTheLetter")),
    change: () => run(change),
    mute: () => run(mute),
  };
  for (const [name, act] of Object.entries(tricks)) {
    element.querySelector(`[data-trick=${name}]`).addEventListener("click", act);
  }
  part("unmute").addEventListener("click", () => {
    unmuteAll();
    say(null);
  });
  follow(["muted"], write);
  listen("network", ({ layers }) => {
    element.querySelector("[data-trick=mute]").disabled = mutableLayers(layers).length === 0;
  });
  return {
    enter: () => say(null),
    leave: () => running?.abort(),
  };
}

function sentenceAbout(answer, thing) {
  const { digit, probabilities } = answer;
  const values = { thing, digit, percent: inFigures(probabilities[digit]) };
  const doubt = doubtOf(answer);
  return doubt ? text("foolDoubted", { ...values, doubt }) : text("foolSure", values);
}

const reads = (digit, probability) => `${digit}, ${inFigures(probability)}`;

const plate = (canvas, caption, ...answer) =>
  make("figure", "", canvas, make("figcaption", "", caption, ...answer.map((words) => make("b", "", words))));
