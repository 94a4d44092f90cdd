// Hints: one at a time, beside the thing itself, never again once it has been used.
import { text } from "../../locales/language.js";
import { listen } from "../../state/events.js";
import { Bubble } from "./bubble.js";
import { remember, seen } from "./shown-names.js";

const HINTS = [
  { name: "hold", words: () => text("hintHold"), target: '#river .tile[data-layer="conv2"]' },
  { name: "open", words: () => text("hintOpen"), target: '#river .tile[data-layer="conv2"]' },
  { name: "replay", words: () => text("hintReplay"), target: "#timeline .play" },
  { name: "fool", target: "#entrance .open", lasts: 8000 }, // milliseconds
];

const HELD = 400; // milliseconds

/**
 * @param element of the bubble
 * @param misread returns how many of 10,000 test digits the network misreads; null: not known
 */
export function createHints(element, misread) {
  const fool = () => {
    const count = misread();
    return count === null ? text("hintFoolIt") : text("hintFool", { count });
  };
  let left = HINTS.filter(({ name }) => !seen(name)).map((hint) => ({ words: fool, ...hint }));
  let shown = null;
  let timer = null;
  let holding = null;
  const bubble = new Bubble(element, () => end(shown.name));

  function end(name) {
    remember(name);
    left = left.filter((hint) => hint.name !== name);
    if (shown?.name === name) hide();
  }

  function hide() {
    if (!shown) return;
    shown = null;
    clearTimeout(timer);
    bubble.hide();
  }

  /** Show the next one there is room for; move along with what the one that is shown is about. */
  function offer() {
    if (shown) return bubble.place() || hide();
    shown = left.find(({ words, target }) => bubble.show(words, target)) ?? null;
    if (shown?.lasts) timer = setTimeout(end, shown.lasts, shown.name);
  }

  listen("hold", (place) => {
    clearTimeout(holding);
    if (place) holding = setTimeout(end, HELD, "hold"); // else the mouse has only passed over it
  });
  listen("select", (place) => place && end("open"));
  listen("scrub", ({ moment }) => moment !== null && end("replay"));
  listen("door", ({ name }) => name && end("fool"));
  return { offer, hide };
}
