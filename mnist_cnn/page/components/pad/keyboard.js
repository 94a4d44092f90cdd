// Drawing without a pointer: arrow keys move a cursor over the pad, the space bar lowers the pen.
import { ARROWS, hasModifier } from "../../dom/keys.js";
import { PAD_SIZE } from "./drawing.js";

const STEP = 4; // pad units a key press
const LONG_STEP = 16; // with Shift

/**
 * @param paper holds the canvas; the cursor lies over it
 * @param hand {begin, extend, end}, as for followPointer; busy: a stroke is on its way
 * @param width returns the brush's size in pad units
 * @param {(key: string) => string} text returns a word for people
 * @returns {{fit: function}} fit: call it when the brush has changed
 */
export function followKeys(paper, hand, width, text) {
  const canvas = paper.querySelector("canvas");
  const cursor = paper.querySelector(".cursor");
  const spoken = paper.querySelector(".spoken");
  const held = new Set(); // arrows, so that two of them lead diagonally
  let at = [PAD_SIZE / 2, PAD_SIZE / 2];
  let down = false;

  function show() {
    cursor.style.left = `${(at[0] / PAD_SIZE) * 100}%`;
    cursor.style.top = `${(at[1] / PAD_SIZE) * 100}%`;
    cursor.style.width = `${(width() / PAD_SIZE) * 100}%`;
    cursor.classList.toggle("down", down);
  }

  function move(step) {
    const [downward, right] = [0, 1].map((axis) => [...held].reduce((sum, key) => sum + ARROWS[key][axis], 0));
    at = [right, downward].map((by, axis) => Math.min(PAD_SIZE, Math.max(0, at[axis] + step * by)));
  }

  function lower(event) {
    if (hand.busy) return;
    down = true;
    hand.begin(...at, event);
    spoken.textContent = text("penDown");
  }

  function lift() {
    if (!down) return;
    down = false;
    hand.end();
    spoken.textContent = text("penUp");
  }

  canvas.addEventListener("keydown", (event) => {
    if (hasModifier(event)) return;
    if (event.key in ARROWS) {
      held.add(event.key);
      move(event.shiftKey ? LONG_STEP : STEP);
      if (down) hand.extend(at, event);
    } else if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) (down ? lift : lower)(event);
    } else if (event.key === "Escape" && down) {
      lift();
      event.stopPropagation(); // it closes nothing else
    } else {
      return;
    }
    event.preventDefault();
    show();
  });
  canvas.addEventListener("keyup", (event) => {
    if (event.key === "Meta") held.clear(); // macOS keeps the other keys' ups to itself
    held.delete(event.key);
  });
  paper.addEventListener("pointerdown", lift, { capture: true }); // before its own stroke begins
  canvas.addEventListener("blur", () => {
    held.clear();
    lift();
    show();
  });
  show();
  return { fit: show };
}
