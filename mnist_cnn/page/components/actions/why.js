// "Why 7?": switches the heat on the drawing on and off.
import { write } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { emit, follow, valueOf } from "../../state/events.js";

export function createWhy(element) {
  const button = element.querySelector(".why");
  button.addEventListener("click", () => emit("why", !valueOf("why")));
  follow(["answer", "why"], () => {
    const { answer } = valueOf("answer");
    const on = valueOf("why");
    button.disabled = Boolean(answer.empty) && !on;
    button.setAttribute("aria-pressed", String(on));
    button.title = text("whyHint");
    write(button, answer.empty ? text("why") : text("whyDigit", { digit: answer.digit }));
  });
}
