// What lies over drawing and map: the window, the cell it writes, and the rays from the one to the other.
import { setAttributes as set, svg } from "../svg.js";

export class Overlay {
  /**
   * Its units are cells.
   * @param size [width, height] of drawing and map together
   * @param origin [left, top] of the map
   */
  constructor(size, origin) {
    Object.assign(this, { size, origin });
    this.element = svg("svg", { viewBox: `0 0 ${size.join(" ")}`, "aria-hidden": "true" });
    this.rays = [svg("line", { class: "ray" }), svg("line", { class: "ray" })];
    this.window = svg("rect", { class: "window" });
    this.cell = svg("rect", { class: "cell" });
    const mark = svg("text", { x: 0.5, y: 0.5, "font-size": 0.9 }, "?"); // of a cell
    this.cover = svg("g", { class: "cover" }, svg("rect", { width: 1, height: 1 }), mark);
    this.element.append(...this.rays, this.window, this.cell, this.cover);
  }

  /** The window of `side` cells at a row and a column. */
  point(row, column, side) {
    const [left, top] = [this.origin[0] + column, this.origin[1] + row];
    set(this.window, { x: column, y: row, width: side, height: side });
    set(this.cell, { x: left, y: top, width: 1, height: 1 });
    set(this.rays[0], { x1: column + side, y1: row, x2: left, y2: top });
    set(this.rays[1], { x1: column + side, y1: row + side, x2: left, y2: top + 1 });
  }

  /** Cover a cell, {row, column}, of the map; null: none. */
  hide(cell) {
    this.cover.style.display = cell ? "" : "none";
    if (cell) set(this.cover, { transform: `translate(${this.origin[0] + cell.column} ${this.origin[1] + cell.row})` });
  }
}
