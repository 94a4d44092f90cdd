// The page's language: chosen by ?lang=, what was chosen last, or the browser; switched at once.
import { insist } from "../transport/pause.js";
import { refuse, url } from "../transport/transport.js";

export const LANGUAGES = window.mnistCnnLanguages; // tag: its own name for itself; mount.js
const KEPT = "mnist_cnn.language";
const PATIENCE = 10_000; // milliseconds until the texts are asked for again

let language = choose();
let texts = await load(language);
const listeners = new Set();
document.documentElement.lang = language;

/** The text of `key`, with {name} replaced from `values`. */
export function text(key, values = {}) {
  const template = texts[key] ?? key;
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

export async function setLanguage(next) {
  texts = await load(next);
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

/** Without its texts there is no page: they are asked for until they come. */
function load(tag) {
  return insist(async () => {
    const response = await fetch(url(`languages/${tag}`), { signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) await refuse(response);
    return await response.json();
  });
}
