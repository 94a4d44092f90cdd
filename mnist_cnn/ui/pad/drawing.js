// What is on the pad, as a list of marks that can be undone. Coordinates are pad units, 0 to 280.

export const PAD_SIZE = 280;

/**
 * A mark is one of
 *   {kind: "stroke", points: [x, y, x, y, …], width, erase}
 *   {kind: "picture", canvas}   ink as the alpha of a 280×280 canvas
 *   {kind: "clear"}
 */
export class Drawing {
  marks = [];
  #undone = [];

  add(mark) {
    this.marks.push(mark);
    this.#undone = [];
  }

  clear() {
    if (this.visible().length) this.add({ kind: "clear" });
  }

  undo() {
    const mark = this.marks.pop();
    if (mark) this.#undone.push(mark);
    return Boolean(mark);
  }

  redo() {
    const mark = this.#undone.pop();
    if (mark) this.marks.push(mark);
    return Boolean(mark);
  }

  get canUndo() {
    return this.marks.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** The marks since the last clear. */
  visible() {
    return this.marks.slice(this.marks.findLastIndex((mark) => mark.kind === "clear") + 1);
  }
}

/** The box that holds the ink of `marks`: {left, top, right, bottom} in whole units, or null. */
export function boundsOf(marks) {
  let [left, top, right, bottom] = [PAD_SIZE, PAD_SIZE, 0, 0];
  for (const mark of marks) {
    if (mark.kind === "picture") [left, top, right, bottom] = [0, 0, PAD_SIZE, PAD_SIZE];
    if (mark.kind !== "stroke" || mark.erase) continue;
    const reach = mark.width / 2 + 1;
    for (let i = 0; i < mark.points.length; i += 2) {
      left = Math.min(left, mark.points[i] - reach);
      right = Math.max(right, mark.points[i] + reach);
      top = Math.min(top, mark.points[i + 1] - reach);
      bottom = Math.max(bottom, mark.points[i + 1] + reach);
    }
  }
  left = Math.max(0, Math.floor(left));
  top = Math.max(0, Math.floor(top));
  right = Math.min(PAD_SIZE, Math.ceil(right));
  bottom = Math.min(PAD_SIZE, Math.ceil(bottom));
  return left < right && top < bottom ? { left, top, right, bottom } : null;
}
