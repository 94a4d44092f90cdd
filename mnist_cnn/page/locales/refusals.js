// Why something could not be done, in the page's language.
import { text } from "./language.js";

/**
 * The sentence of an error, of the server, the worker or the page: the text of its key `refused`, with
 * its `values`; without a key nobody has answered. A server that is newer than this page may know keys
 * that the page does not; then its own sentence in English, the message, is shown.
 */
export function sentenceOf({ refused = "unreachable", values, message }) {
  const sentence = text(refused, values);
  return sentence === refused ? message : sentence;
}
