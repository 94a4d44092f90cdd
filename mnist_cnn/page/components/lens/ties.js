// The lines between the lens and the tiles: to what it explains, and to what feeds it.
import { signOf } from "./workings/arithmetic.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDEST = 3; // CSS pixels, for the largest term
const THINNEST = 1;
const HEADER = 24; // CSS pixels from the edge of the lens to the middle of its title
const BULGE = 36; // CSS pixels

/**
 * The line from the lens to a tile, as an SVG path from edge to edge; null: the lens covers the tile.
 * @param lens, tile {left, top, right, bottom}
 * @param {number | null} height where a row of the lens stands, from which it leads sideways; null:
 *   it belongs to the lens as a whole
 */
export function tie(lens, tile, height) {
  const middle = { x: (tile.left + tile.right) / 2, y: (tile.top + tile.bottom) / 2 };
  const row = height ?? Math.min(lens.bottom - HEADER, Math.max(lens.top + HEADER, middle.y));
  if (tile.right <= lens.left) return sideways(lens.left, row, tile.right, middle.y);
  if (tile.left >= lens.right) return sideways(lens.right, row, tile.left, middle.y);
  const apart = tile.bottom <= lens.top || tile.top >= lens.bottom;
  if (height !== null) return apart ? around(lens.left, height, tile.left, middle.y) : null;
  const x = Math.min(lens.right, Math.max(lens.left, middle.x));
  if (tile.bottom <= lens.top) return upright(x, lens.top, middle.x, tile.bottom);
  if (tile.top >= lens.bottom) return upright(x, lens.bottom, middle.x, tile.top);
  return null;
}

function sideways(x, y, toX, toY) {
  const half = (x + toX) / 2;
  return `M${x} ${y}C${half} ${y} ${half} ${toY} ${toX} ${toY}`;
}

/** From the left of the lens to the left of what stands above or below it, past all between them. */
function around(x, y, toX, toY) {
  const aside = Math.min(x, toX) - BULGE;
  return `M${x} ${y}C${aside} ${y} ${aside} ${toY} ${toX} ${toY}`;
}

function upright(x, y, toX, toY) {
  const half = (y + toY) / 2;
  return `M${x} ${y}C${x} ${half} ${toX} ${half} ${toX} ${toY}`;
}

export class Ties {
  /** svg: lies over the page, below the lens */
  constructor(svg) {
    this.svg = svg;
  }

  /**
   * @param {{path, sum}[]} lines sum: what it adds, for colour and width; null: it leads to the tile
   *   that is explained
   */
  draw(lines) {
    const most = Math.max(...lines.map(({ sum }) => Math.abs(sum ?? 0)), 1e-9);
    this.svg.replaceChildren(...lines.map((line) => drawn(line, most)));
  }
}

function drawn({ path, sum }, most) {
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  line.setAttribute("class", sum === null ? "own" : signOf(sum));
  if (sum === null) return line;
  line.style.strokeWidth = String(Math.max(THINNEST, (WIDEST * Math.abs(sum)) / most));
  return line;
}
