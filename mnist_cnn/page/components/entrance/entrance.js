// The button that leads to the three doors, at any time.
import { translate } from "../../locales/language.js";
import { emit, listen } from "../../state/events.js";

export function mount(element) {
  const button = element.querySelector(".open");
  translate(element);
  button.addEventListener("click", () => emit("door", { name: "choice", by: "hand" }));
  listen("door", ({ name }) => button.setAttribute("aria-expanded", String(name !== null)));
}
