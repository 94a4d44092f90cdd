// The line at the end of the page: Gradio's words follow the browser's language, and shall follow the
// page's; and the version stands beside them.
import { text, onLanguage } from "../locales/language.js";
import { served } from "../transport/contents.js";

const FRAMES = 600; // of the screen, until the line is given up: it comes after the components

export function writeFooter(version, left = FRAMES) {
  const button = document.querySelector("footer .show-api");
  if (served() && !button && left) return requestAnimationFrame(() => writeFooter(version, left - 1));
  const line = button?.closest("footer") ?? document.querySelector(".main > footer");
  if (!line) return;
  const told = document.createElement("span");
  told.className = "version";
  line.append(told);
  const write = () => {
    told.textContent = text("version", { version });
    if (!button) return;
    const words = [...button.childNodes].find((node) => node instanceof Text && node.data.trim());
    if (words && words.data !== text("useApi")) words.data = text("useApi");
    for (const named of [line, ...line.querySelectorAll("[aria-label]")]) {
      if (named.ariaLabel) named.ariaLabel = text("useApi");
    }
    for (const picture of button.querySelectorAll("img[alt]:not([alt=''])")) picture.alt = "";
  };
  write();
  onLanguage(write);
  if (button) new MutationObserver(write).observe(button, { characterData: true, childList: true, subtree: true });
}
