// Pad and digits stand in the first HTML, and work before Gradio has put the page together. Then they
// move to their places in it, but not under a pen.
import { mount as mountAnswer } from "../answer/answer.js";
import { mount as mountPad } from "../pad/pad.js";
import { listen } from "../transport/events.js";

const MOUNTS = { pad: mountPad, answer: mountAnswer };

let isDown = false;
let waiting = []; // what moves once the pen is lifted

/** Make what stands in the page work. */
export function begin() {
  for (const [name, mount] of Object.entries(MOUNTS)) {
    mount(partOf(name));
  }
  listen("pen", ({ down }) => {
    isDown = down;
    if (isDown) return;
    for (const move of waiting) move();
    waiting = [];
  });
}

/** Move a part to its place in the page. */
export function settle(name, element) {
  const move = () => {
    element.replaceChildren(partOf(name));
    const early = document.getElementById("early");
    if (early && !early.childElementCount) early.remove();
  };
  if (isDown) waiting.push(move);
  else move();
}

const partOf = (name) => document.getElementById(`part-${name}`);
