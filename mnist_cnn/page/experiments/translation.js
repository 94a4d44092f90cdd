// Translation: do the feature maps shift with the picture (equivariance), does the answer stay
// (invariance)?
//
// A layer is equivariant if shifting its input shifts its output. A convolution is, exactly. Pooling and
// the layers after it are so only for shifts by whole strides (Zhang, Making Convolutional Networks
// Shift-Invariant Again, 2019, https://arxiv.org/abs/1904.11486); the agreement of a layer measures it.
import { argmax, sum } from "../reader/math.js";
import { part } from "../reader/slices.js";
import { mapsOfShifts, shift } from "./incremental/shifts.js";
import { fieldsOf, isMap } from "./summary.js";

export const REACH = 10; // pixels: the largest shift of a sweep

/**
 * How well the maps of each layer follow a shift, on the cells that exist before and after. If the shift
 * is not a whole number of strides, both neighbouring whole numbers are tried, and the better counts.
 * @param {Map} before the layers' maps of the picture, and `after`: of the shifted picture
 * @returns {{layer, moved: number[], exact: boolean, agreement: number, unmoved: number}[]} moved: cells
 *   the maps were shifted by, down and right; exact: the shift is a whole number of strides, so the
 *   agreement should be 1; unmoved: the agreement without shifting the maps
 */
export function agreements(network, before, after, dx, dy) {
  const fields = fieldsOf(network);
  return network.layers.filter(isMap).map(({ name }) => {
    const [rows, columns] = fields.get(name).stride;
    const [one, other] = [before.get(name), after.get(name)];
    const candidates = cells(dy, rows).flatMap((down) => cells(dx, columns).map((right) => [down, right]));
    const scores = candidates.map(([down, right]) => overlap(one, other, down, right));
    const best = argmax(scores);
    return {
      layer: name,
      moved: candidates[best],
      exact: candidates.length === 1,
      agreement: scores[best],
      unmoved: overlap(one, other),
    };
  });
}

/** A shift in strides: the one whole number, or the two neighbouring ones. */
function cells(pixels, stride) {
  const low = Math.floor(pixels / stride);
  return pixels % stride ? [low, low + 1] : [low];
}

/**
 * Bray-Curtis similarity (1957), 1 − Σ |a − b| / Σ (|a| + |b|), of the cells that two maps share when
 * the first is shifted: 1 if they are equal or all 0, 0 if no active cells coincide.
 * @param one {shape, values}, as is `other`, of the same shape
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

/** A map, rows of numbers, shifted by whole cells; what moves in is 0. */
export const follow = (map, down, right) =>
  map.map((row, y) => row.map((_, x) => map[y - down]?.[x - right] ?? 0));

/**
 * The answers of a network to a picture shifted by up to `reach` pixels each way; a generator, which
 * yields how much is done, 0 to 1.
 * @param {Uint8Array} image 28×28, with ink in it
 * @returns {{probabilities: Float32Array[][], digits: number[][], ink: number[][], heldOfWhole: number,
 *   failure: number[] | null}} rows by the shift down, columns by the shift right, no shift in the
 *   middle; ink: the share still inside; heldOfWhole: of the shifts with all ink inside, the share at
 *   which the answer stays; failure: the smallest [dx, dy] at which it changes
 */
export function* sweep(network, image, reach = REACH) {
  const shifts = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  const probabilities = yield* answers(network, image, shifts);
  const digits = probabilities.map((row) => row.map(argmax));
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
