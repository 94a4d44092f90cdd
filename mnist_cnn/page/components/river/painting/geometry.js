// Where everything stands on the river, in CSS pixels from its upper left corner: across the screen,
// column beside column, or down a phone, row below row.

const TWIN = 0.5; // of its map, as pooling makes it
const SEAM = 3; // between a map and its twin
const PICTURE = 1.5; // times a map
const UNIT = 0.5;
const LARGEST = 104;
const [LEAST_GAP, MOST_GAP] = [0.24, 0.34]; // of a map, between two slots
const SPREAD = 60; // CSS pixels from one slot to the next, where maps are small and there is room
const CROWD = 8; // channels side by side, and rows, of which none is smaller than all others
const HEADING = 180; // CSS pixels
const [NARROW, SLIM] = [122, 80]; // the same: with less room, a heading is short; without shapes
const APART = 6; // the same, between two crowds

/**
 * @param room {width, height, rem, label}: of the river; rem: the size of a letter; label: the height
 *   of a column's heading
 * @param columns from columnsOf
 * @param {number} count slots in a column
 * @param crowds whether there is room for all other channels
 * @returns {{flow, side, isNarrow, columns: {label, slots, twins, rest, crowd, grid}[]}} boxes
 *   {left, top, width, height}; a slot's twin stands behind it; rest: where what goes through all
 *   others is kept together; grid: {across, pitch} of a crowd, see `gridOf`; isNarrow: whether there is
 *   only room for short headings
 */
export function across({ width, height, rem, label }, columns, count, crowds) {
  const cell = Math.max(12, Math.round(0.8 * rem)); // of a crowd
  const tall = CROWD * (cell + 1);
  const crowd = crowds ? tall + 2.2 * rem : 1.8 * rem;
  const room = height - label - crowd;
  const widths = columns.map(({ kind }) => WIDTHS[kind]);
  const fits = (0.62 * width) / widths.reduce((sum, share) => sum + share, 0);
  const side = Math.floor(Math.min(LARGEST, fits, room / (count * (1 + LEAST_GAP))));
  const pitch = Math.min(room / (count + 0.3), Math.max(side * (1 + MOST_GAP), SPREAD));
  const used = widths.reduce((sum, share) => sum + share * side, 0);
  const gap = (width - used) / columns.length;
  const isNarrow = columns.length > 1 && WIDTHS.maps * side + gap < (label > 2 * rem ? NARROW : SLIM);
  let left = 0;
  const placed = columns.map(({ kind, layer }, i) => {
    const wide = widths[i] * side;
    const column = { left, middle: left + wide / 2, wide };
    left += wide + gap;
    const top = label + (pitch - side) / 2;
    const slots = slotsOf(kind, count, (at, own) => ({
      left: column.left,
      top: top + at * pitch + (side - own) / 2,
      width: own,
      height: own,
    }), side, (count - 1) / 2);
    const under = label + count * pitch;
    const broadest = Math.max(wide, Math.min(tall, wide + gap - APART));
    const grid = crowds && layer ? gridOf(kind, layer.shape.at(-1), cell, broadest, tall) : NO_GRID;
    const broad = Math.max(wide, grid.across * grid.pitch);
    const heading = kind === "image" ? wide : HEADING;
    return {
      label: { ...headed(kind, column, isNarrow ? wide + gap - APART : heading), top: 0, height: label },
      slots,
      twins: slots.map((box) => twinOf(box)),
      rest: { left: column.left, top: under, width: wide, height: 0.5 * rem },
      crowd: {
        left: column.middle - broad / 2,
        top: under + 0.9 * rem,
        width: broad,
        height: crowd - 0.9 * rem,
      },
      grid,
    };
  });
  return { flow: "across", side, isNarrow, columns: placed };
}

const NO_GRID = { across: 0, pitch: 0 };

/**
 * How a crowd is laid out so that all of it has room: {across, pitch}, channels side by side, and CSS
 * pixels from one to the next.
 */
function gridOf(kind, channels, cell, width, height) {
  const [least, most] = [1, 1 + Math.round(cell * CELLS[kind])];
  for (let pitch = most; ; pitch--) {
    const rows = Math.floor(height / pitch); // at most
    const side = Math.max(Math.min(CROWD, Math.floor(width / pitch)), Math.ceil(channels / rows));
    if (pitch === least || side * pitch <= width) return { across: side, pitch };
  }
}

/**
 * The same down a phone: the picture stands left of the pad, above the river.
 * @param room {width, height, rem, above}; above: from the pad to the river
 */
export function down({ width, height, rem, above }, columns, count) {
  const rows = Math.max(1, columns.length - 1);
  const pitch = width / count;
  const side = Math.floor(Math.min((pitch - SEAM - 3) / (1 + TWIN), (height / rows) * 0.6));
  const high = columns.map(({ kind }) => (kind === "units" ? UNIT * side : side));
  const used = high.slice(1).reduce((sum, own) => sum + own, 0);
  const gap = (height - used) / columns.length;
  let top = gap;
  const placed = columns.map(({ kind }, i) => {
    if (kind === "image") return pictureAbove(rem, above);
    const own = high[i];
    const at = top;
    const line = { top: at - Math.min(gap, 1.15 * rem), width: width / 2, height: 1.1 * rem };
    top += own + gap;
    const slots = slotsOf(kind, count, (slot, size) => ({
      left: slot * pitch + (pitch - (kind === "units" ? size : size * (1 + TWIN) + SEAM)) / 2,
      top: at,
      width: size,
      height: size,
    }), side, 0);
    return {
      label: { left: 0, ...line },
      slots,
      twins: slots.map((box) => twinOf(box)),
      rest: { left: width - 4, top: at, width: 4, height: own },
      crowd: { left: width / 2, ...line },
      grid: NO_GRID,
    };
  });
  return { flow: "down", side, isNarrow: false, columns: placed };
}

/** Where a column's heading stands; the first one's not left of the river. */
const headed = (kind, { left, middle }, room) => ({
  left: kind === "image" ? left : middle - room / 2,
  width: room,
});

const CELLS = { image: 0, maps: 1, units: 0.5 }; // of a crowd
const WIDTHS = { image: PICTURE, maps: 1 + TWIN + 0.06, units: UNIT };

function slotsOf(kind, count, box, side, middle) {
  if (kind === "image") return [box(middle, side * PICTURE)];
  const own = kind === "units" ? side * UNIT : side;
  return Array.from({ length: count }, (_, at) => box(at, own));
}

function twinOf({ left, top, width, height }) {
  const side = Math.round(width * TWIN);
  return { left: left + width + SEAM, top: top + (height - side) / 2, width: side, height: side };
}

function pictureAbove(rem, above) {
  const side = 2.9 * rem;
  const box = { left: 0, top: -side - above, width: side, height: side };
  const none = { left: 0, top: 0, width: 0, height: 0 };
  return { label: none, slots: [box], twins: [none], rest: none, crowd: none };
}
