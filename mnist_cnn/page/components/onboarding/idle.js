// Finds moments for a hint: the person has drawn and then been idle for a while, and the page shows its
// first view with nothing open.
import { listen, valueOf } from "../../state/events.js";

const IDLE_TIME = 3000; // milliseconds without the pen, the pointer or a key
const CHECK_INTERVAL = 500; // milliseconds from one look to the next
const ACTIVE = ["pointerdown", "pointermove", "pointerup", "keydown", "wheel"];
const OPENED = "body.presenting, dialog[open], .menu.open";

/**
 * @param quiet called again and again while there is room
 * @param disturbed called when there is none any more
 */
export function watchIdle(quiet, disturbed) {
  let active = performance.now();

  setInterval(() => {
    if (!free()) disturbed();
    else if (performance.now() - active >= IDLE_TIME) quiet();
  }, CHECK_INTERVAL);
  for (const name of ACTIVE) {
    document.addEventListener(name, () => (active = performance.now()), { capture: true, passive: true });
  }
  listen("pen", ({ down }) => {
    active = performance.now();
    if (down) disturbed();
  });
  listen("view", ({ name }) => name !== "layers" && disturbed());
  listen("select", (place) => place && disturbed());
}

/** Whether the pad holds a drawing of this person's own, which is done, and nothing else is open. */
function free() {
  const { answer, frame } = valueOf("answer");
  const isDrawn = !answer.empty && !frame.guest && !valueOf("pen").down;
  const isShown = valueOf("view").name === "layers" && !valueOf("select");
  return isDrawn && isShown && !document.querySelector(OPENED);
}
