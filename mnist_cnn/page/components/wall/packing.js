// How large the tiles of a wall may be so that all of them fit a screen.

/**
 * The largest cells in which so many tiles fit; a large tile takes two by two of them.
 * @param {number} small how many take one cell
 * @param {number} large how many take four, which come first
 * @param {number} width and
 * @param {number} height in any unit
 * @param {number} ratio height of a cell over its width
 * @returns {{columns: number, side: number}} side: the width of a cell, in the same unit
 */
export function packed(small, large, width, height, ratio) {
  let best = { columns: 1, side: 0 };
  for (let columns = large ? 2 : 1; columns <= Math.max(2, small + 4 * large); columns++) {
    const side = Math.min(width / columns, height / (rowsOf(small, large, columns) * ratio));
    if (side > best.side) best = { columns, side };
  }
  return best;
}

/** The rows that tiles take in so many columns: large ones first, small ones in what they leave. */
function rowsOf(small, large, columns) {
  const rows = large ? 2 * Math.ceil(large / Math.floor(columns / 2)) : 0;
  const left = small - (rows * columns - 4 * large);
  return Math.max(1, rows + Math.ceil(Math.max(0, left) / columns));
}
