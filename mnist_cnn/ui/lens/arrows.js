// Arrow keys on a map.

const MOVES = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * The cell an arrow key leads to, [row, column]; null: it is another key.
 * @param {KeyboardEvent} event
 * @param {number[]} cell, size [rows, columns]
 */
export function cellAfter(event, cell, size) {
  const move = MOVES[event.key];
  if (!move || event.ctrlKey || event.metaKey || event.altKey) return null;
  return cell.map((at, axis) => within(at + move[axis], size[axis]));
}

/** The index of so many that is nearest. */
export const within = (at, count) => Math.min(count - 1, Math.max(0, at));
