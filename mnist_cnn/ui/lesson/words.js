// The words of the lesson, as the server fills them with figures, and their way onto the page.
import { current } from "../locales/language.js";
import { refuse, url } from "../transport/transport.js";
import { make } from "../lens/elements.js";

const PATIENCE = 20_000; // milliseconds; the first time the server computes figures

const loaded = new Map(); // language: promise of its words

/**
 * {chapters: [{name, title, paragraphs, action, question, answer}], layers} in the page's language;
 * layers: of the network that they are about.
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

async function load(language) {
  const response = await fetch(url(`lessons/chapters?${new URLSearchParams({ language })}`), {
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!response.ok) await refuse(response);
  return response.json();
}

/** Put a text into `element`, `code` in it set as such. */
export function write(element, sentence) {
  const parts = sentence.split(/`([^`]*)`/);
  element.replaceChildren(...parts.map((part, i) => (i % 2 ? make("code", "", part) : part)));
}

/** A text with its holes filled from `values`. */
export const fill = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
