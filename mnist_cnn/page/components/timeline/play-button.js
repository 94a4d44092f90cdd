// A button that plays something and stops it.
import { setLabel } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { follow } from "../../state/events.js";

/**
 * @param button
 * @param {{play: string, stop: string}} names the keys of its labels
 * @param {(goesOn: () => boolean) => Promise} run plays until it is over, or goesOn() is false
 * @returns {{stop: function}}
 */
export function createPlayButton(button, names, run) {
  let running = null;

  function show() {
    setLabel(button, text(running ? names.stop : names.play));
    button.classList.toggle("playing", running !== null);
  }

  function stop() {
    running = null;
    show();
  }

  async function start() {
    const mine = (running = {});
    show();
    await run(() => mine === running);
    if (mine === running) stop();
  }

  button.addEventListener("click", () => (running ? stop() : start()));
  follow([], show);
  return { stop };
}
