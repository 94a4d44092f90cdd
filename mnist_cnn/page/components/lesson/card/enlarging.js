// On a phone the pad is small, beside the answer, until it is touched; then it lies over the picture.
import { setLabel } from "../../../dom/elements.js";
import { text } from "../../../locales/language.js";
import { follow } from "../../../state/events.js";

const isLarge = () => document.body.classList.contains("drawing");

/** button: lies over the small pad, and stands beside the large one. Returns a function that makes it small again. */
export function createEnlarging(button) {
  function enlarge(on) {
    document.body.classList.toggle("drawing", on);
    button.textContent = on ? text("lessonDrawn") : "";
    setLabel(button, text(on ? "lessonDrawn" : "lessonDraw"));
  }

  button.addEventListener("click", () => enlarge(!isLarge()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isLarge()) enlarge(false);
  });
  document.addEventListener("pointerdown", ({ target }) => {
    const isOutside = target instanceof Element && !target.closest("#pad, .enlarge");
    if (isOutside && isLarge()) enlarge(false);
  });
  follow([], () => enlarge(isLarge()));
  return () => enlarge(false);
}
