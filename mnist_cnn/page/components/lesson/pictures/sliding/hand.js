// Moves the window by mouse, finger or pen, or with the arrow keys. A hand is {at, size, move}: at() returns the
// place now, [row, column]; size: of the places in a row and in a column; move(places) is called with all places
// that are passed, the last is where the window is then.
import { cellAfter } from "../../../../dom/keys.js";

/** @param find returns the place that a pointer event is over */
export function followPointer(element, find, { at, move }) {
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    move([find(event)]);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) move(between(at(), find(event)));
  });
}

export function followKeys(element, { at, size, move }) {
  element.addEventListener("keydown", (event) => {
    const next = cellAfter(event, at(), [size, size]);
    if (!next) return;
    event.preventDefault();
    move([next]);
  });
}

/** The places on the straight way between two, without the first, with the last. */
function between(from, to) {
  const steps = Math.max(1, ...from.map((start, axis) => Math.abs(to[axis] - start)));
  return Array.from({ length: steps }, (_, i) =>
    from.map((start, axis) => Math.round(start + ((to[axis] - start) * (i + 1)) / steps)),
  );
}
