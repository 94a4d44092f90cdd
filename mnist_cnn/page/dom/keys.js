// Arrow keys, and shortcuts to leave alone.

/** [down, right] of each arrow key. */
export const ARROWS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Whether a key belongs to a shortcut of the browser or the system. */
export const hasModifier = ({ ctrlKey, metaKey, altKey }) => ctrlKey || metaKey || altKey;

/**
 * The cell of a grid that an arrow key leads to, [row, column]; null for any other key.
 * @param {KeyboardEvent} event
 * @param {number[]} cell where it starts
 * @param {number[]} size [rows, columns]
 */
export function cellAfter(event, cell, size) {
  const step = ARROWS[event.key];
  if (!step || hasModifier(event)) return null;
  return cell.map((at, axis) => Math.min(size[axis] - 1, Math.max(0, at + step[axis])));
}
