// Downsamples a feature map in three ways: maximum, average, stride. A map is a matrix, see matrix.js; an odd
// last row or column is dropped.
import { mean } from "../reader/math.js";
import { largest } from "./matrix.js";

export const SIDE = 2; // cells: of a block, and from block to block

/** Each way reduces the four cells of a block, row by row, to a number. */
export const WAYS = {
  max: (cells) => Math.max(...cells),
  average: mean,
  stride: ([first]) => first, // a convolution with stride 2 computes only this one
};

/** The map with one number for each block. */
export const reduce = (map, how) => blocks(map).map((row) => row.map((cells) => WAYS[how](cells)));

/**
 * All ways on a map without numbers below 0.
 * @returns {{how: string, map: number[][], peak: number, missed: number}[]} peak: the largest number as a
 *   share of the original's, 1 if the strongest cell survives; missed: the share of active blocks that
 *   become 0
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

/** One block: {row, column, cells: number[][], values: its number by each way}. */
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
