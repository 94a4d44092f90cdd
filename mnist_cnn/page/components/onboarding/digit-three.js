// A 3 as a hand draws it: two bows, each begun and ended slowly.
import { PAD_SIZE } from "../../reader/strokes.js";

const BOWS = [
  { middle: [0.47, 0.34], radius: [0.17, 0.15], from: -150, to: 90 },
  { middle: [0.47, 0.66], radius: [0.2, 0.17], from: -90, to: 150 },
]; // shares of the pad's side, and degrees from the right, clockwise
const STEPS = 24; // points of a bow

/**
 * The points of the 3 when a share of its time is over.
 * @param {number} share from 0 to 1
 * @returns {number[]} [x, y, x, y, …] in pad units, at least one point
 */
export function threeUntil(share) {
  const points = [];
  BOWS.forEach((bow, i) => {
    const drawn = eased(Math.min(1, share * BOWS.length - i)); // of this bow
    if (drawn < 0) return;
    for (let step = 0; step < drawn * STEPS; step++) points.push(...pointOf(bow, step / STEPS));
    points.push(...pointOf(bow, drawn));
  });
  return points;
}

function pointOf({ middle, radius, from, to }, share) {
  const angle = ((from + (to - from) * share) * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)].map(
    (along, axis) => (middle[axis] + radius[axis] * along) * PAD_SIZE,
  );
}

/** Below 0 stays below 0. */
const eased = (share) => (share < 0 ? share : share * share * (3 - 2 * share));
