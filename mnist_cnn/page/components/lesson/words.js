// The texts of the lesson, which Python has filled with figures, and how they are put on the page.
import { current } from "../../locales/language.js";
import { content } from "../../transport/contents.js";
import { once } from "../../transport/once.js";
import { make } from "../../dom/elements.js";

const loaded = new Map(); // language: promise of its words

/**
 * {chapters: [{name, title, cards}], layers, facts} in the page's language, see
 * mnist_cnn/lesson/lesson_file.py: a promise.
 */
export function words() {
  const language = current();
  return once(loaded, language, () => load(language));
}

const load = async (language) =>
  JSON.parse(new TextDecoder().decode(await content(`lesson.${language}`)));

/** Put a text into `element`, `code` in it set as such. */
export function write(element, sentence) {
  const parts = sentence.split(/`([^`]*)`/);
  element.replaceChildren(...parts.map((part, i) => (i % 2 ? make("code", "", part) : part)));
}

/** A text with its holes filled from `values`. */
export const fill = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
