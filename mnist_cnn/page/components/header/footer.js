// The last line of the page: Gradio's words, in the page's language instead of the browser's, and the
// version.
import { follow } from "../../state/events.js";
import { make } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { served } from "../../transport/contents.js";

const ATTEMPTS = 600; // one in each frame: Gradio adds the line after the components

export function createFooter(version, left = ATTEMPTS) {
  const button = document.querySelector("footer .show-api");
  if (served() && !button && left) return requestAnimationFrame(() => createFooter(version, left - 1));
  const line = button?.closest("footer") ?? document.querySelector(".main > footer");
  if (!line) return;
  const shown = make("span", "version");
  line.append(shown);
  const write = () => {
    shown.textContent = text("version", { version });
    if (!button) return;
    const words = [...button.childNodes].find((node) => node instanceof Text && node.data.trim());
    if (words && words.data !== text("useApi")) words.data = text("useApi");
    for (const named of [line, ...line.querySelectorAll("[aria-label]")]) {
      if (named.ariaLabel) named.ariaLabel = text("useApi");
    }
    for (const picture of button.querySelectorAll("img[alt]:not([alt=''])")) picture.alt = "";
  };
  follow([], write);
  if (button) new MutationObserver(write).observe(button, { characterData: true, childList: true, subtree: true });
}
