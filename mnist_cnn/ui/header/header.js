// The title, the tabs of the views, the switch of language and the switch between light and dark.
import { LANGUAGES, current, setLanguage, text, translate, onLanguage } from "../locales/language.js";
import { createTabs } from "./tabs.js";
import { followAddress } from "./views.js";

export function mount(element) {
  translate(element);
  createTabs(element.querySelector(".tabs"));
  followAddress();
  const language = element.querySelector(".language");
  const label = () => {
    language.lang = other(); // its words are in the language it switches to
    language.textContent = LANGUAGES[other()];
    language.title = text("switchLanguage", { language: LANGUAGES[other()] });
    document.title = text("title");
  };
  label();
  onLanguage(label);
  language.addEventListener("click", () => setLanguage(other()));
  element.querySelector(".theme").addEventListener("click", () => {
    document.body.classList.toggle("dark");
  });
}

/** The language after the current one: with two, the other. */
function other() {
  const tags = Object.keys(LANGUAGES);
  return tags[(tags.indexOf(current()) + 1) % tags.length];
}
