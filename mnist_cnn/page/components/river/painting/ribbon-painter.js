// Ribbons on a canvas: each as wide as what it carries, stacked at both of its ends so that what
// enters a tile and what leaves it can be compared by eye.

const UNITS = 0.14; // of a map's side: a logit
const FULL = 0.96; // of a map's side, all that enters or leaves it
const THINNEST = 0.4; // CSS pixels: less is not seen
const PALE = 0.15;
const STRONG = 0.42;
const FADED = 0.05;

/**
 * How wide a logit is in CSS pixels: the same in every gap.
 * @param gaps ribbons of every gap, as ribbonsBetween has them
 * @param {number} side of a map
 * @param {(gap: number, end: "from" | "to", slot: number) => boolean} isTile whether there is a tile
 */
export function scaleOf(gaps, side, isTile) {
  let most = 0;
  gaps.forEach((ribbons, gap) => {
    for (const end of ["from", "to"]) {
      const totals = totalsOf(ribbons, end);
      totals.forEach((total, slot) => isTile(gap, end, slot) && (most = Math.max(most, total)));
    }
  });
  return Math.min(UNITS * side, (FULL * side) / Math.max(most, 1e-9));
}

/** By slot: the sizes of all ribbons that end there. */
function totalsOf(ribbons, end) {
  const totals = [];
  for (const { value, [end]: slot } of ribbons) totals[slot] = (totals[slot] ?? 0) + Math.abs(value);
  return totals;
}

/**
 * @param ribbons of a gap
 * @param {(slot: number) => {x, y}} from, to where a slot's ribbons leave and arrive: their middle
 * @param {number} scale CSS pixels a logit
 * @param {"across" | "down"} flow
 * @param {(ribbon) => "strong" | "pale" | "faded"} looks
 * @param colors {adds, takes}
 */
export function paintRibbons(context, ribbons, from, to, scale, flow, looks, colors) {
  const ends = { from: stackOf(ribbons, "from", scale), to: stackOf(ribbons, "to", scale) };
  for (const ribbon of ribbons) {
    const width = Math.abs(ribbon.value) * scale;
    const start = ends.from.place(ribbon, width);
    const end = ends.to.place(ribbon, width);
    if (width < THINNEST) continue;
    context.globalAlpha = { strong: STRONG, pale: PALE, faded: FADED }[looks(ribbon)];
    context.strokeStyle = ribbon.value < 0 ? colors.takes : colors.adds;
    context.lineWidth = width;
    trace(context, from(ribbon.from), to(ribbon.to), start, end, flow);
  }
  context.globalAlpha = 1;
}

/** Lays the ends of a slot's ribbons side by side about its middle. */
function stackOf(ribbons, end, scale) {
  const taken = totalsOf(ribbons, end).map((total) => (-total * scale) / 2);
  return {
    place(ribbon, width) {
      const slot = ribbon[end];
      taken[slot] += width;
      return taken[slot] - width / 2;
    },
  };
}

function trace(context, from, to, start, end, flow) {
  context.beginPath();
  if (flow === "across") {
    const middle = (from.x + to.x) / 2;
    context.moveTo(from.x, from.y + start);
    context.bezierCurveTo(middle, from.y + start, middle, to.y + end, to.x, to.y + end);
  } else {
    const middle = (from.y + to.y) / 2;
    context.moveTo(from.x + start, from.y);
    context.bezierCurveTo(from.x + start, middle, to.x + end, middle, to.x + end, to.y);
  }
  context.stroke();
}
