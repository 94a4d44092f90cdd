// Mounts the components. Pad and digits are in the first HTML, and work before Gradio has put the page
// together; then they move to their places in it, though not under a pen. Without a server all
// components are in the first HTML, and stay there.
import { translate } from "../locales/language.js";
import { listen, valueOf } from "../state/events.js";

const waiting = []; // functions that move a component, once the pen is lifted

/** Mount everything that is on the page. */
export function mountAll() {
  for (const part of document.querySelectorAll("[id^=part-]")) mount(part.id.slice(5), part);
  for (const element of document.querySelectorAll(".elsewhere")) translate(element);
  listen("pen", ({ down }) => {
    if (!down) for (const move of waiting.splice(0)) move();
  });
}

/** Mount a component. */
export const mount = async (name, element) =>
  (await import(`./${name}/${name}.js`)).mount(element, window.mnistCnnPage);

/** Move a component to its place in Gradio's page. */
export function moveToPlace(name, element) {
  const move = () => {
    element.replaceChildren(document.getElementById(`part-${name}`));
    const early = document.getElementById("early");
    if (early && !early.childElementCount) early.remove();
  };
  if (valueOf("pen").down) waiting.push(move);
  else move();
}
