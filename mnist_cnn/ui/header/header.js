// The title, the tabs of the views, the way to sharing, the switches of language and of light.
import { LANGUAGES, current, setLanguage, text, translate, onLanguage } from "../locales/language.js";
import { emit, listen } from "../transport/events.js";
import { writeFooter } from "./footer.js";
import { createTabs } from "./tabs.js";
import { followAddress } from "./views.js";

export function mount(element, { version }) {
  translate(element);
  createTabs(element.querySelector(".tabs"));
  followAddress();
  writeFooter(version);
  const language = element.querySelector(".language");
  const share = element.querySelector(".share");
  const label = () => {
    share.title = text("shareHint");
    language.replaceChildren(...Object.keys(LANGUAGES).map(sign));
    language.title = text("switchLanguage", { language: LANGUAGES[other()] });
    document.title = text("title");
  };
  label();
  onLanguage(label);
  language.addEventListener("click", () => setLanguage(other()));
  share.addEventListener("click", () => emit("share", { asked: true }));
  warnStranger(element.querySelector(".stranger"));
  element.querySelector(".theme").addEventListener("click", () => {
    document.body.classList.toggle("dark");
  });
}

/** Say on every view that the server does not know the teacher's link this page was opened with. */
function warnStranger(warning) {
  warning.querySelector("button").addEventListener("click", () => (warning.hidden = true));
  listen("teacher", ({ known }) => (warning.hidden = known));
}

/** Two letters of a language, or one character, marked when the page is in it. */
function sign(tag) {
  const name = LANGUAGES[tag];
  const element = document.createElement("span");
  element.lang = tag;
  element.textContent = name.slice(0, /^[a-z]/i.test(name) ? 2 : 1).toUpperCase();
  element.classList.toggle("on", tag === current());
  return element;
}

/** The language after the current one: with two, the other. */
function other() {
  const tags = Object.keys(LANGUAGES);
  return tags[(tags.indexOf(current()) + 1) % tags.length];
}
