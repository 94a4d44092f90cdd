// The drawing shifted without centring: do its maps shift along, and does the answer stay?
//
// A layer is equivariant when it makes of a shifted picture the shifted maps it made of the picture.
// Convolution is, exactly. Pooling, and all after it, is only for shifts by whole strides (Zhang,
// Making Convolutional Networks Shift-Invariant Again, 2019, https://arxiv.org/abs/1904.11486): the
// agreement of each layer measures it.
import { part } from "../reader/slices.js";
import { largestAt } from "./course.js";
import { fieldsOf, isMap, sum } from "./layers.js";
import { mapsOfShifts, shift } from "./shifts.js";

export const REACH = 10; // pixels: how far a sweep shifts each way

/**
 * How well the maps of each layer follow a shift. Compared are the cells that exist before and after.
 * Where the shift is no whole number of strides, the maps are shifted by the cells next to it on either
 * side, and the best counts.
 * @param {Map} before what the layers made of the picture, and `after`: of the shifted one
 * @returns {{layer, moved: number[], exact: boolean, agreement: number, unmoved: number}[]} moved:
 *   cells the first maps were shifted by, down and right; exact: the shift is of whole strides, so that
 *   an agreement of 1 is promised; unmoved: the agreement of maps that are not shifted
 */
export function agreements(network, before, after, dx, dy) {
  const fields = fieldsOf(network);
  return network.layers.filter(isMap).map(({ name }) => {
    const [rows, columns] = fields.get(name).stride;
    const [one, other] = [before.get(name), after.get(name)];
    const candidates = cells(dy, rows).flatMap((down) => cells(dx, columns).map((right) => [down, right]));
    const scores = candidates.map(([down, right]) => overlap(one, other, down, right));
    const best = largestAt(scores);
    return {
      layer: name,
      moved: candidates[best],
      exact: candidates.length === 1,
      agreement: scores[best],
      unmoved: overlap(one, other),
    };
  });
}

/** The whole numbers of strides next to a shift: one when it is a whole number. */
function cells(pixels, stride) {
  const low = Math.floor(pixels / stride);
  return pixels % stride ? [low, low + 1] : [low];
}

/**
 * 1 − Σ |a − b| / Σ (|a| + |b|) of the numbers that two layers both have when the first is shifted
 * (Bray and Curtis, 1957): 1 where they are the same, or nothing; 0 where nothing overlaps.
 * @param one {shape, values}, and `other`, of the same shape
 */
export function overlap(one, other, down = 0, right = 0) {
  const [rows, columns, channels] = [1, 1, ...one.shape].slice(-3);
  let [differences, sizes] = [0, 0];
  for (let row = Math.max(0, down); row < Math.min(rows, rows + down); row++) {
    for (let column = Math.max(0, right); column < Math.min(columns, columns + right); column++) {
      let to = (row * columns + column) * channels;
      let from = to - (down * columns + right) * channels;
      for (const end = to + channels; to < end; to++, from++) {
        differences += Math.abs(one.values[from] - other.values[to]);
        sizes += Math.abs(one.values[from]) + Math.abs(other.values[to]);
      }
    }
  }
  return sizes ? 1 - differences / sizes : 1;
}

/**
 * The answers of a network to a picture at all shifts up to `reach` pixels each way; a generator, which
 * yields how much is done, 0 to 1.
 * @param {Uint8Array} image 28×28, with ink in it
 * @returns {{probabilities: Float32Array[][], digits: number[][], ink: number[][], heldOfWhole: number,
 *   failure: number[] | null}} rows by the shift down, columns by the shift right, the picture itself in
 *   the middle; ink: the share of it still inside; heldOfWhole: the share of the shifts with all ink
 *   inside at which the answer stays; failure: the nearest [dx, dy] at which it does not
 */
export function* sweep(network, image, reach = REACH) {
  const shifts = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  const probabilities = yield* answers(network, image, shifts);
  const digits = probabilities.map((row) => row.map(largestAt));
  const all = sum(image);
  const ink = shifts.map((dy) => shifts.map((dx) => sum(shift(image, dx, dy)) / all));
  const held = (dx, dy) => digits[dy + reach][dx + reach] === digits[reach][reach];
  const pairs = shifts.flatMap((dy) => shifts.map((dx) => [dx, dy]));
  const whole = pairs.filter(([dx, dy]) => ink[dy + reach][dx + reach] === 1);
  const failures = pairs.filter((pair) => !held(...pair)).toSorted((one, other) => far(one) - far(other));
  return {
    probabilities,
    digits,
    ink,
    heldOfWhole: whole.filter((pair) => held(...pair)).length / whole.length,
    failure: failures[0] ?? null,
  };
}

const far = ([dx, dy]) => dx * dx + dy * dy;

function* answers(network, image, shifts) {
  const maps = network.layers.filter(isMap);
  const mapsAt = yield* part(mapsOfShifts(network, image, shifts), 0, 2);
  const found = [];
  for (const down of shifts.keys()) {
    found.push([]);
    for (const right of shifts.keys()) {
      const layers = yield* network.following(maps.at(-1)?.name, mapsAt(down, right));
      found[down].push([...layers.values()].at(-1).values);
    }
    yield (1 + found.length / shifts.length) / 2;
  }
  return found;
}
