// What the right side of the page shows beside the pad: one view at a time, named in the address.
import { emit } from "../transport/events.js";

const ALWAYS = "layers"; // the view without a name in the address
const PARAMETER = "view";

/** The names of the views on the page, in order. */
export const views = () =>
  [...document.querySelectorAll(".view")].map((view) => view.id.replace("view-", ""));

/** The view the address names, or the first one. */
export function viewInAddress() {
  const named = new URL(location).searchParams.get(PARAMETER);
  return views().includes(named) ? named : ALWAYS;
}

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

let companion = null; // a view that is shown below the one that was chosen

/** Show another view below the chosen one, until a third is chosen; null: show it no longer. */
export function accompany(name) {
  if (name === companion) return;
  companion = name;
  arrange();
}

function arrange() {
  const { view: chosen } = document.body.dataset;
  for (const view of document.querySelectorAll(".view")) {
    const name = view.id.replace("view-", "");
    view.hidden = name !== chosen && name !== companion;
    view.style.order = name === companion && name !== chosen ? 1 : "";
  }
}

function apply(name) {
  document.body.dataset.view = name;
  companion = null;
  arrange();
  emit("view", { name });
}
