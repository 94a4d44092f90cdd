// A feature map made smaller three ways, side by side: maximum, average, every second cell.
//
// A map is rows of numbers; an odd last row or column is dropped.
import { sum } from "./layers.js";
import { largest } from "./rows.js";

export const SIDE = 2; // of a block, and cells between blocks

/** What each way makes of the four cells of a block, row by row. */
export const WAYS = {
  max: (cells) => Math.max(...cells),
  average: (cells) => sum(cells) / cells.length,
  stride: ([first]) => first, // as a convolution with stride 2 computes it: it skips the others
};

/** The map made smaller: one number of each block. */
export const reduce = (map, how) => blocks(map).map((row) => row.map((cells) => WAYS[how](cells)));

/**
 * What each way makes of a map without numbers below 0.
 * @returns {{how: string, map: number[][], peak: number, missed: number}[]} peak: its largest number as
 *   a share of the map's, 1 when the strongest cell survives; missed: the share of the map's active
 *   blocks that are 0 in it
 */
export function compare(map) {
  const all = reduce(map, "max");
  const active = all.flat().filter((most) => most > 0).length;
  return Object.keys(WAYS).map((how) => {
    const small = reduce(map, how);
    const kept = small.flat().filter((number) => number > 0).length;
    return {
      how,
      map: small,
      peak: active ? largest(small) / largest(all) : 1,
      missed: active ? 1 - kept / active : 0,
    };
  });
}

/** One block: {row, column, cells: number[][], values: by way, what becomes of it}. */
export function block(map, row, column) {
  const cells = blocks(map)[row][column];
  const values = Object.fromEntries(Object.entries(WAYS).map(([how, of]) => [how, of(cells)]));
  return { row, column, cells: [cells.slice(0, SIDE), cells.slice(SIDE)], values };
}

function blocks(map) {
  return halves(map.length).map((top) =>
    halves(map[0].length).map((left) =>
      map.slice(top, top + SIDE).flatMap((row) => row.slice(left, left + SIDE)),
    ),
  );
}

/** Where blocks begin along a side. */
const halves = (length) => Array.from({ length: Math.floor(length / SIDE) }, (_, i) => SIDE * i);
