// One sentence under the pad: what is wrong with the connection, a picture or a link.
import { text, onLanguage } from "../locales/language.js";

export function createNotice(element) {
  let trouble = null;
  let said = null;
  const write = () => {
    const shown = trouble ?? said;
    element.hidden = shown === null;
    element.textContent = shown === null ? "" : text(shown);
  };
  onLanguage(write);
  return {
    /** key of a text, a sentence, or null for nothing */
    show(what) {
      said = what;
      write();
    },
    /** The same of the connection: it stays until it is over, whatever else there is to say. */
    trouble(what) {
      trouble = what;
      write();
    },
  };
}
