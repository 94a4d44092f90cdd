// Where everything stands on the river, in CSS pixels from its upper left corner: across the screen,
// column beside column, or down a phone, row below row.

const TWIN = 0.5; // of its map, as pooling makes it
const SEAM = 3; // between a map and its twin
const PICTURE = 1.5; // times a map
const UNIT = 0.5;
const LARGEST = 104;
const [LEAST_GAP, MOST_GAP] = [0.24, 0.34]; // of a map, between two slots
const CROWD_ROWS = 8;

/**
 * @param room {width, height, rem, label}: of the river; rem: the size of a letter; label: the height
 *   of a column's heading
 * @param columns as columnsOf has them
 * @param {number} count slots in a column
 * @param crowds whether there is room for all other channels
 * @returns {{flow, side, columns: {label, slots, twins, rest, crowd, cell}[]}} boxes
 *   {left, top, width, height}; a slot's twin stands behind it; rest: where what goes through all others is kept together; cell:
 *   of a channel in a crowd, 0 where there is no room
 */
export function across({ width, height, rem, label }, columns, count, crowds) {
  const cell = Math.max(12, Math.round(0.8 * rem)); // of a crowd
  const crowd = crowds ? CROWD_ROWS * (cell + 1) + 2.2 * rem : 1.8 * rem;
  const room = height - label - crowd;
  const widths = columns.map(({ kind }) => WIDTHS[kind]);
  const fits = (0.62 * width) / widths.reduce((sum, share) => sum + share, 0);
  const side = Math.floor(Math.min(LARGEST, fits, room / (count * (1 + LEAST_GAP))));
  const pitch = Math.min(room / (count + 0.3), side * (1 + MOST_GAP));
  const used = widths.reduce((sum, share) => sum + share * side, 0);
  const gap = (width - used) / columns.length;
  let left = 0;
  const placed = columns.map(({ kind }, i) => {
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
    const own = crowds ? Math.round(cell * CELLS[kind]) : 0;
    const broad = Math.max(wide, CROWD_ROWS * (own + 1));
    return {
      label: { ...headed(kind, column), top: 0, height: label },
      slots,
      twins: slots.map((box) => twinOf(box)),
      rest: { left: column.left, top: under, width: wide, height: 0.5 * rem },
      crowd: {
        left: column.middle - broad / 2,
        top: under + 0.9 * rem,
        width: broad,
        height: crowd - 0.9 * rem,
      },
      cell: own,
    };
  });
  return { flow: "across", side, columns: placed };
}

/** The same down a phone: the picture stands left of the pad, above the river. */
export function down({ width, height, rem }, columns, count) {
  const rows = columns.length - 1;
  const pitch = width / count;
  const side = Math.floor(Math.min((pitch - SEAM - 3) / (1 + TWIN), (height / rows) * 0.6));
  const high = columns.map(({ kind }) => (kind === "units" ? UNIT * side : side));
  const used = high.slice(1).reduce((sum, own) => sum + own, 0);
  const gap = (height - used) / columns.length;
  let top = gap;
  const placed = columns.map(({ kind }, i) => {
    if (kind === "image") return pictureAbove(rem);
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
      cell: 0,
    };
  });
  return { flow: "down", side, columns: placed };
}

/** Where a column's heading stands; the first one's not left of the river. */
const headed = (kind, { left, middle, wide }) =>
  kind === "image" ? { left, width: wide } : { left: middle - HEADING / 2, width: HEADING };

const HEADING = 180; // CSS pixels
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

function pictureAbove(rem) {
  const side = 2.9 * rem;
  const box = { left: 0, top: -side - 0.6 * rem, width: side, height: side };
  const none = { left: 0, top: 0, width: 0, height: 0 };
  return { label: none, slots: [box], twins: [none], rest: none, crowd: none };
}
