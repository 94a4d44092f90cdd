// Pad and digits stand in the first HTML, and work before Gradio has put the page together. Then they
// move to their places in it, but not under a pen. Without a server all parts stand there, and stay.
import { translate } from "../locales/language.js";
import { listen } from "../transport/events.js";

let isDown = false;
let waiting = []; // what moves once the pen is lifted

/** Make what stands in the page work. */
export function begin() {
  for (const part of document.querySelectorAll("[id^=part-]")) mount(part.id.slice(5), part);
  for (const element of document.querySelectorAll(".elsewhere")) translate(element);
  listen("pen", ({ down }) => {
    isDown = down;
    if (isDown) return;
    for (const move of waiting) move();
    waiting = [];
  });
}

/** Make a component of the page work. */
export const mount = async (name, element) =>
  (await import(`../${name}/${name}.js`)).mount(element, window.mnistCnnPage);

/** Move a part to its place in the page. */
export function settle(name, element) {
  const move = () => {
    element.replaceChildren(document.getElementById(`part-${name}`));
    const early = document.getElementById("early");
    if (early && !early.childElementCount) early.remove();
  };
  if (isDown) waiting.push(move);
  else move();
}
