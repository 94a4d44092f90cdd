// What is on the pad, as a list of marks that can be undone. Coordinates are pad units, 0 to 280.

export { PAD_SIZE } from "../../reader/strokes.js";

/**
 * A mark is one of
 *   {kind: "stroke", points: [x, y, x, y, …], width, erase}
 *   {kind: "picture", canvas, levels}   ink as the alpha of a 280×280 canvas, and as its levels
 *   {kind: "clear"}
 */
export class Drawing {
  marks = [];
  #undone = [];
  #forgotten = []; // what was undone before the last mark

  add(mark) {
    this.marks.push(mark);
    this.#forgotten = this.#undone;
    this.#undone = [];
  }

  /** Take out the mark that was added last, as if it had never been there. */
  takeBack() {
    this.marks.pop();
    this.#undone = this.#forgotten;
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
