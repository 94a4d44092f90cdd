// The views beside the pad: one at a time, named in the address.
// The body names what is shown and page.css hides the others: Gradio builds its columns and
// components in any order, and a view may come after the header.
import { emit } from "../../state/events.js";

/** The views in the order of their tabs: name, and the key of what its tab says. */
export const VIEWS = {
  layers: "viewLayers",
  train: "viewTrain",
  lesson: "viewLesson",
  class: "viewClass",
};

const ALWAYS = "layers"; // the view without a name in the address
const PARAMETER = "view";

/** Show a view and hide the others; the address follows, so that a link or "back" leads there. */
export function showView(name) {
  const address = new URL(location);
  if (name === ALWAYS) address.searchParams.delete(PARAMETER);
  else address.searchParams.set(PARAMETER, name);
  if (address.href !== location.href) history.pushState(history.state, "", address);
  apply(name);
}

/** Show what the address names, now and whenever a person goes back or forth. */
export function followAddress() {
  apply(viewInAddress());
  window.addEventListener("popstate", () => apply(viewInAddress()));
}

/**
 * Show another view with the chosen one, until a third is chosen; null: show it no longer.
 * @param answer where the answer stands: "river", at the end of the river, or "alone"
 */
export function accompany(name, answer = "alone") {
  const { dataset } = document.body;
  dataset.companion = name ?? "";
  dataset.shown = `${dataset.view} ${dataset.companion}`;
  dataset.answer = dataset.view === ALWAYS ? "river" : answer;
}

function viewInAddress() {
  const named = new URL(location).searchParams.get(PARAMETER);
  return Object.keys(VIEWS).includes(named) ? named : ALWAYS;
}

function apply(name) {
  document.body.dataset.view = name;
  accompany(null);
  emit("view", { name });
}
