// The page's language: that of ?lang=, the one chosen last, or the browser's; it can be switched.
import { emit, follow } from "../state/events.js";
import { getItem, setItem } from "../transport/storage.js";
import { closest, fill } from "./template.js";
import { WORDS } from "./words.js"; // mnist_cnn/languages

const NAME = "languageName";
const STORAGE_KEY = "mnist_cnn.language";

/** Each language's tag, and its own name for itself. */
export const LANGUAGES = Object.fromEntries(
  Object.entries(WORDS).map(([tag, texts]) => [tag, texts[NAME]]),
);

let language = choose();
document.documentElement.lang = language;

/** The text of `key`, with {name} replaced from `values`. */
export function text(key, values = {}) {
  const template = WORDS[language][key] ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The text of a key that is put together, or `otherwise` where there is none. */
export const textOr = (key, otherwise) => (key in WORDS[language] ? text(key) : otherwise);

export const current = () => language;

/** Fill every element below `root` that names a text, now and whenever the language changes. */
export const translate = (root) => follow([], () => fill(root, text));

export function setLanguage(next) {
  language = next;
  document.documentElement.lang = next;
  setItem(localStorage, STORAGE_KEY, next);
  emit("language", next);
}

function choose() {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, getItem(localStorage, STORAGE_KEY), ...navigator.languages];
  return closest(wanted, Object.keys(LANGUAGES));
}
