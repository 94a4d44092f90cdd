// How much of what the filter finds lies on horizontal strokes, as a bar that is filled.
import { text } from "../../../../locales/language.js";
import { make, write } from "../../../../dom/elements.js";

const REACHED = 0.95; // of the goal

export class Level {
  element = make("div", { className: "level", role: "status" });

  /** @param found {level, goal}: shares; level: null where it finds nothing */
  tell({ level, goal }) {
    const share = Math.round(100 * (level ?? 0));
    this.element.style.setProperty("--share", `${share}%`);
    this.element.classList.toggle("reached", level !== null && level >= REACHED * goal);
    write(this.element, level === null ? text("lessonLevelNone") : text("lessonLevel", { level: share, upright: 100 - share }));
  }
}
