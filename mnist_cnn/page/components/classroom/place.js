// A place of the page, {view, chapter, card, settings}, as it stands in the address; the server knows the same
// forms, see mnist_cnn/classroom/places.py.
import { VIEWS } from "../header/views.js";

const ALWAYS = "layers"; // the view without a name in the address
const LESSON = "lesson";
// What an address may say besides where one is.
const OWN = ["view", "chapter", "card", "present", "unit", "embed", "lang", "door", "teacher"];
const SETTING = /^[a-z][a-zA-Z0-9]{0,23}$/;
const VALUE = /^[\w.,-]{1,80}$/;
const MOST_SETTINGS = 12;

/** Where this page is. */
export function placeHere() {
  const named = new URL(location).searchParams;
  const view = Object.keys(VIEWS).includes(named.get("view")) ? named.get("view") : ALWAYS;
  if (view !== LESSON) return { view };
  const settings = [...named].filter(
    ([name, value]) => !OWN.includes(name) && SETTING.test(name) && VALUE.test(value),
  );
  return {
    view,
    chapter: named.get("chapter"),
    card: named.get("chapter") && named.get("card"),
    settings: Object.fromEntries(settings.slice(0, MOST_SETTINGS)),
  };
}

/** Go to a place, as a step of the browser's history; whether it is another one. */
export function goThere({ view, chapter, card, settings }) {
  const address = new URL(location);
  const named = address.searchParams;
  const leave = [...named.keys()].filter((name) => SETTING.test(name) && name !== "lang");
  for (const name of leave) named.delete(name);
  if (view !== ALWAYS) named.set("view", view);
  for (const [name, value] of Object.entries({ chapter, card, ...settings })) {
    if (value) named.set(name, value);
  }
  if (address.href === location.href) return false;
  history.pushState(history.state, "", address);
  window.dispatchEvent(new PopStateEvent("popstate", { state: history.state })); // as going back or forth does
  return true;
}
