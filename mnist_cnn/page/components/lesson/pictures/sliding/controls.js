// What stands below drawing and map: a button that lets the window run and holds it, a slider for its cell.
import { text } from "../../../../locales/language.js";
import { button, make, set, setLabel, write } from "../../../../dom/elements.js";
import { svg } from "../svg.js";

const ICONS = ["M8 5l11 7-11 7z", "M7 5h4v14H7zM13 5h4v14h-4z"]; // play, pause

export class Controls {
  /**
   * @param {number} count of cells
   * @param toggle called when the window shall run, or be held
   * @param move called with the cell, from 0, that somebody chooses
   */
  constructor(count, toggle, move) {
    this.count = count;
    const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, ...ICONS.map((d) => svg("path", { d })));
    this.play = button("play primary", toggle, icon);
    this.slider = make("input", { type: "range", min: 1, max: count, value: 1, disabled: true, "aria-label": text("lessonCell") });
    this.slider.addEventListener("input", () => move(Number(this.slider.value) - 1));
    this.counter = make("output", "");
    this.element = make("div", "player", this.play, this.slider, this.counter);
  }

  /** The window is at a cell, which has this value, a text. */
  tell(cell, value) {
    const says = text("lessonCellSays", { cell: cell + 1, value });
    set(this.slider, { value: cell + 1, disabled: false, "aria-valuetext": says });
    write(this.counter, text("lessonCellOf", { cell: cell + 1, cells: this.count }));
  }

  /** Without motion there is nothing to hold. */
  tellRunning(running) {
    this.play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.play.classList.toggle("running", running);
    setLabel(this.play, text(running ? "lessonPause" : "lessonSlide"));
  }
}
