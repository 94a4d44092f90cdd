// Where the lens stands: by the tile that it explains, and never over it. All in CSS pixels of the
// window.

const GAP = 14; // between the lens and the tile: room for the line that ties them
const MARGIN = 8; // to the edges of the window
const LEAST_HEIGHT = 190; // of height: less shows no working
const NARROWEST = 300;
const PHONE = 599; // the window's width at most
const ASIDE = 0.62; // of the window's height, where no tile is on the page

/**
 * @param {{left, top, right, bottom} | null} tile that is explained; null: it is not on the page
 * @param {{width, height}} window
 * @param before where the lens stands, if it is to stay there
 * @returns {{left, width, edge, from: "top" | "bottom", room}} edge: where it begins, downwards from
 *   its top or upwards from its bottom; room: how high it may be
 */
export function placed(tile, window, before = null) {
  const phone = window.width <= PHONE;
  const width = phone ? window.width : widthIn(window);
  if (!tile) return aside(window, width);
  const seen = inside(tile, window);
  if (before && stays(before, seen, window)) return { ...before, left: leftOf(seen, before, window) };
  const below = window.height - MARGIN - seen.bottom - GAP;
  const above = seen.top - GAP - MARGIN;
  if (Math.max(below, above) < LEAST_HEIGHT && !phone) {
    const beside = besideOf(seen, window, width);
    if (beside) return beside;
  }
  const left = phone ? 0 : leftmost(seen.left, width, window);
  if (below >= above) return { left, width, edge: seen.bottom + GAP, from: "top", room: below };
  return { left, width, edge: seen.top - GAP, from: "bottom", room: above };
}

/** Wide enough for a patch times its kernel; larger where it is read from afar. */
const widthIn = (window) => Math.min(window.width - 2 * MARGIN, Math.max(480, Math.min(0.36 * window.width, 680)));

function aside(window, width) {
  const left = Math.max(0, window.width - MARGIN - width);
  return { left, width, edge: window.height - MARGIN, from: "bottom", room: ASIDE * window.height };
}

/** A tile that is scrolled away lies at the edge of the window. */
function inside({ left, top, right, bottom }, window) {
  const across = (x) => Math.min(window.width, Math.max(0, x));
  const down = (y) => Math.min(window.height, Math.max(0, y));
  return { left: across(left), top: down(top), right: across(right), bottom: down(bottom) };
}

/** Whether the lens can stay: it moves to the left at most, and nowhere over the tile. */
function stays(before, tile, window) {
  const left = leftOf(tile, before, window);
  const [top, bottom] =
    before.from === "top" ? [before.edge, before.edge + before.room] : [before.edge - before.room, before.edge];
  const apart =
    left + before.width <= tile.left || left >= tile.right || bottom <= tile.top || top >= tile.bottom;
  return apart && before.left + before.width <= window.width && top >= 0 && bottom <= window.height;
}

const leftOf = (tile, before, window) =>
  Math.min(before.left, leftmost(tile.left, before.width, window));

/** At the left edge of the tile, so that the column before it stays to be seen, or as far as fits. */
const leftmost = (left, width, window) =>
  Math.max(0, Math.min(Math.max(left, MARGIN), window.width - MARGIN - width));

/** In a low window: left or right of the tile, as high as the window; null: there is no room. */
function besideOf(tile, window, width) {
  const rooms = { left: tile.left - GAP - MARGIN, right: window.width - MARGIN - tile.right - GAP };
  const room = Math.max(rooms.left, rooms.right);
  if (room < NARROWEST) return null;
  const wide = Math.min(width, room);
  const left = rooms.right >= rooms.left ? tile.right + GAP : tile.left - GAP - wide;
  return { left, width: wide, edge: MARGIN, from: "top", room: window.height - 2 * MARGIN };
}
