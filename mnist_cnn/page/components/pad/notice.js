// One sentence under the pad: what is wrong with the connection, a picture or a link.
import { follow } from "../../state/events.js";
import { sentenceOf } from "../../locales/refusals.js";

export function createNotice(element) {
  let trouble = null;
  let said = null;
  const write = () => {
    const shown = trouble ?? said;
    element.hidden = shown === null;
    element.textContent = shown === null ? "" : sentenceOf(shown);
  };
  follow([], write);
  return {
    /** an error, or {refused}, the key of its sentence; null for nothing */
    show(error) {
      said = error;
      write();
    },
    /** The same of the connection: it stays until it is over, whatever else there is to say. */
    trouble(error) {
      trouble = error;
      write();
    },
  };
}
