// The words of the lesson, as Python has filled them with figures, and their way onto the page.
import { current } from "../locales/language.js";
import { content } from "../transport/contents.js";
import { make } from "../lens/elements.js";

const loaded = new Map(); // language: promise of its words

/**
 * {chapters: [{name, title, paragraphs, action, question, answer}], layers, facts} in the page's
 * language, see mnist_cnn/lesson/words.py: a promise.
 */
export function words() {
  const language = current();
  if (!loaded.has(language)) {
    const promise = load(language);
    promise.catch(() => loaded.delete(language)); // asked again the next time
    loaded.set(language, promise);
  }
  return loaded.get(language);
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
