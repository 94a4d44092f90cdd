// The page's language: chosen by ?lang=, what was chosen last, or the browser; switched at once.
import { WORDS } from "./words.js"; // mnist_cnn/languages

const NAME = "languageName";
const KEPT = "mnist_cnn.language";

/** Each language's tag, and its own name for itself. */
export const LANGUAGES = Object.fromEntries(
  Object.entries(WORDS).map(([tag, texts]) => [tag, texts[NAME]]),
);

let language = choose();
const listeners = new Set();
document.documentElement.lang = language;

/** The text of `key`, with {name} replaced from `values`. */
export function text(key, values = {}) {
  const template = WORDS[language][key] ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const current = () => language;

/** Fill every element below `root` that names a text; again whenever the language changes. */
export function translate(root) {
  const fill = () => {
    for (const element of root.querySelectorAll("[data-text]")) {
      element.textContent = text(element.dataset.text);
    }
    for (const element of root.querySelectorAll("[data-label]")) {
      const label = text(element.dataset.label);
      element.setAttribute("aria-label", label);
      element.title = element.dataset.keys ? `${label} (${element.dataset.keys})` : label;
    }
  };
  fill();
  onLanguage(fill);
}

/** Call `listener` after every change of language. */
export const onLanguage = (listener) => listeners.add(listener);

export function setLanguage(next) {
  language = next;
  document.documentElement.lang = next;
  localStorage.setItem(KEPT, next);
  for (const listener of listeners) listener();
}

function choose() {
  const wanted = [
    new URLSearchParams(location.search).get("lang"),
    localStorage.getItem(KEPT),
    ...navigator.languages,
  ];
  for (const tag of wanted.filter(Boolean)) {
    if (tag in LANGUAGES) return tag;
    const relative = Object.keys(LANGUAGES).find((known) => primary(known) === primary(tag));
    if (relative) return relative;
  }
  return "en";
}

/** zh-TW reads zh-CN. Hoisted: the language is chosen before the rest of this file has run. */
function primary(tag) {
  return tag.split("-")[0].toLowerCase();
}
