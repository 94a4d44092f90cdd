// A grid of pictures that fills the stage; what answers a prediction is veiled until it is played.
import { make } from "../../../dom/elements.js";

/**
 * @param stage where it goes
 * @param size {columns, rows}: of pictures; {caption}: CSS length of what stands below each; {smallColumns,
 *   smallRows, smallCaption}: the same on a phone; {beside}: of all that stands above and below them
 * @param content the pictures, and rows across all columns, of the class "across"
 * @returns the grid
 */
export function scene(stage, { columns, rows, ...more }, ...content) {
  const { smallColumns = columns, smallRows = rows, caption = "3rem", beside = "0px" } = more;
  const { smallCaption = caption } = more;
  const grid = make("div", columns === 1 ? "fitted broad" : "fitted", ...content);
  const small = { "small-columns": smallColumns, "small-rows": smallRows, "small-caption": smallCaption };
  const lengths = { columns, rows, "large-caption": caption, beside, ...small };
  for (const [name, value] of Object.entries(lengths)) grid.style.setProperty(`--${name}`, value);
  stage.element.append(make("div", "scene", grid));
  return grid;
}

/** A card comes up: hide what is of the class "answer" in its scene until `unveil`. */
export const veil = (stage) => sceneOf(stage).classList.add("unplayed");

export const unveil = (stage) => sceneOf(stage).classList.remove("unplayed");

const sceneOf = (stage) => stage.element.querySelector(".scene");
