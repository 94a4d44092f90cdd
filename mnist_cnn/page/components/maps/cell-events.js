// Pointer and keyboard on the cells of one layer.

/**
 * @param view a LayerView
 * @param point called with a cell, or null, when another one is pointed at
 * @param select called with the cell that is clicked, or chosen with Enter
 */
export function followCells(view, { point, select }) {
  const { canvas } = view;
  let pointed = null;
  const pointAt = (cell) => {
    if (String(cell) === String(pointed)) return;
    pointed = cell;
    point(cell);
  };
  canvas.addEventListener("pointermove", (event) => pointAt(view.under(event)));
  canvas.addEventListener("pointerleave", () => pointAt(null));
  // A click comes in whole pixels, a move in parts of one: what is opened is what was outlined.
  let released = null;
  canvas.addEventListener("pointerup", (event) => {
    released = (event.pointerType === "mouse" && pointed) || view.under(event);
  });
  canvas.addEventListener("click", (event) => {
    const cell = released ?? view.under(event);
    released = null;
    if (cell) select(cell);
  });
  followKeys(view, pointAt, select);
}

function followKeys(view, pointAt, select) {
  let cursor = view.shape.map(() => 0);
  view.canvas.addEventListener("focus", () => {
    if (view.canvas.matches(":focus-visible")) pointAt(cursor);
  });
  view.canvas.addEventListener("blur", () => pointAt(null));
  view.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") select(cursor);
    else {
      const next = stepped(view, cursor, event.key);
      if (!next) return;
      cursor = next;
      pointAt(cursor);
    }
    event.preventDefault();
  });
}

/** The cell a key leads to: arrows inside a channel, page keys to the next channel; or null. */
function stepped(view, cell, key) {
  const moves = view.isMap
    ? {
        ArrowUp: [-1, 0, 0],
        ArrowDown: [1, 0, 0],
        ArrowLeft: [0, -1, 0],
        ArrowRight: [0, 1, 0],
        PageUp: [0, 0, -1],
        PageDown: [0, 0, 1],
      }
    : {
        ArrowUp: [-view.grid.columns],
        ArrowDown: [view.grid.columns],
        ArrowLeft: [-1],
        ArrowRight: [1],
      };
  const move = moves[key];
  if (!move) return null;
  const next = cell.map((at, i) => at + move[i]);
  return next.every((at, i) => at >= 0 && at < view.shape[i]) ? next : cell;
}
