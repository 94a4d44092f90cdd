// When there is room for a word: the person has drawn something and does nothing for a while, and
// the page shows its first view and nothing that is opened.
import { listen } from "../transport/events.js";

const LONG = 3000; // milliseconds without the pen, the pointer or a key
const LOOK = 500; // milliseconds from one look to the next
const ACTIVE = ["pointerdown", "pointermove", "pointerup", "keydown", "wheel"];
const OPENED = "body.inspecting, body.presenting, dialog[open], .menu.open";

/**
 * @param quiet called again and again while there is room
 * @param disturbed called when there is none any more
 */
export function watchQuiet(quiet, disturbed) {
  let down = false; // the pen
  let view = null;
  let drawn = false; // the pad holds a drawing of this person's own
  let active = performance.now();

  const free = () => !down && drawn && view === "layers" && !document.querySelector(OPENED);

  setInterval(() => {
    if (!free()) disturbed();
    else if (performance.now() - active >= LONG) quiet();
  }, LOOK);
  for (const name of ACTIVE) {
    document.addEventListener(name, () => (active = performance.now()), { capture: true, passive: true });
  }
  listen("pen", (pen) => {
    ({ down } = pen);
    active = performance.now();
    if (down) disturbed();
  });
  listen("view", ({ name }) => {
    view = name;
    if (view !== "layers") disturbed();
  });
  listen("select", (place) => place && disturbed());
  listen("answer", ({ answer, frame }) => (drawn = !answer.empty && !frame.guest));
}
