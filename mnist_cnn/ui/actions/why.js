// "Why 7?": switches the heat on the drawing on and off.
import { text, onLanguage } from "../locales/language.js";
import { emit, listen } from "../transport/events.js";

export function bindWhy(element) {
  const button = element.querySelector(".why");
  let on = false;
  let digit = null;

  function show() {
    button.disabled = digit === null && !on;
    button.setAttribute("aria-pressed", String(on));
    button.textContent = digit === null ? text("why") : text("whyDigit", { digit });
  }

  button.title = text("whyHint");
  onLanguage(() => {
    button.title = text("whyHint");
    show();
  });
  button.addEventListener("click", () => {
    on = !on;
    show();
    emit("why", on);
  });
  listen("answer", ({ answer }) => {
    const next = answer.empty ? null : answer.digit;
    if (next === digit) return;
    digit = next;
    show();
  });
  show();
}
