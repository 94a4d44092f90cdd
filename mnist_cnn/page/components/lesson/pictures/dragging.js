// Moves something over a grid of cells: by mouse, finger or pen, or with the arrow keys.
import { ARROWS, hasModifier } from "../../../dom/keys.js";
import { make } from "../../../dom/elements.js";

/**
 * An element to be dragged; what it shows may be replaced meanwhile.
 * @param label what a screen reader calls it
 * @param cells of the grid along its width
 * @param where {at(): the place now, [right, down]; move(place)}: called with every new one
 */
export function draggable(label, cells, { at, move }) {
  const element = make("div", { className: "draggable", tabIndex: 0, role: "application", "aria-label": label });
  let from = null; // of the pointer, and where what it drags was
  element.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (!step || hasModifier(event)) return;
    event.preventDefault();
    const [right, down] = at();
    move([right + step[1], down + step[0]]);
  });
  element.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    element.setPointerCapture(event.pointerId);
    from = { x: event.clientX, y: event.clientY, at: at(), cell: element.clientWidth / cells };
  });
  element.addEventListener("pointermove", (event) => {
    if (!from || !event.isPrimary) return;
    const [right, down] = [event.clientX - from.x, event.clientY - from.y];
    const place = [from.at[0] + Math.round(right / from.cell), from.at[1] + Math.round(down / from.cell)];
    if (String(place) !== String(at())) move(place);
  });
  for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, () => (from = null));
  return element;
}
