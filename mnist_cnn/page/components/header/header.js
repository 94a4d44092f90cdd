// The title, the tabs of the views, the way to sharing, the switches of language and of light.
import { make } from "../../dom/elements.js";
import { LANGUAGES, current, setLanguage, text, translate } from "../../locales/language.js";
import { emit, follow, listen, valueOf } from "../../state/events.js";
import { createFooter } from "./footer.js";
import { createTabs } from "./tabs.js";
import { followAddress } from "./views.js";

export function mount(element, { version }) {
  translate(element);
  createTabs(element.querySelector(".tabs"));
  followAddress();
  createFooter(version);
  const language = element.querySelector(".language");
  const share = element.querySelector(".share");
  const label = () => {
    share.title = text("shareHint");
    language.replaceChildren(...Object.keys(LANGUAGES).map(sign));
    language.title = text("switchLanguage", { language: LANGUAGES[other()] });
    document.title = text("title");
  };
  follow([], label);
  language.addEventListener("click", () => setLanguage(other()));
  share.addEventListener("click", () => emit("share", { asked: true }));
  warnStranger(element.querySelector(".stranger"));
  element.querySelector(".theme").addEventListener("click", () => {
    document.body.classList.toggle("dark");
  });
}

/** Say on every view why the teacher's link that this page was opened with does not make a teacher. */
function warnStranger(warning) {
  const words = warning.querySelector("span");
  warning.querySelector("button").addEventListener("click", () => (warning.hidden = true));
  follow(["teacher"], () => {
    const { why } = valueOf("teacher");
    words.textContent = why ? text(why) : "";
  });
  listen("teacher", ({ why }) => (warning.hidden = !why));
}

/** Two letters of a language, or one character, marked when the page is in it. */
function sign(tag) {
  const name = LANGUAGES[tag];
  const letters = name.slice(0, /^[a-z]/i.test(name) ? 2 : 1).toUpperCase();
  return make("span", { lang: tag, className: tag === current() ? "on" : "" }, letters);
}

/** The language after the current one: with two, the other. */
function other() {
  const tags = Object.keys(LANGUAGES);
  return tags[(tags.indexOf(current()) + 1) % tags.length];
}
