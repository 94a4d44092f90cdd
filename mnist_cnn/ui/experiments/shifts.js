// A picture shifted, and what the maps of a network are at every shift of it, without reading each.
//
// Along each axis a line of cells, a row or a column, is known by what it reads: a line of the picture
// by its pixels, a line of a map by the lines in its window, of which padding has none. Lines that read
// the same are of one kind, at whatever shift and place they are, and a number in a map depends on the
// kinds of its row and its column alone. So a layer makes each pair of kinds once: it is given the maps
// before it, put together for as few shifts as show all kinds. That is exact for any windows, strides
// and padding, and of the shipped network a tenth of the work.
import { windows } from "../reader/layers.js";
import { largestAt } from "./course.js";
import { isMap } from "./layers.js";
import { rowsOf } from "./rows.js";

const SIDE = 28; // of a picture
const AXES = [0, 1]; // rows, columns
const POINT = { size: [1, 1], stride: [1, 1], padding: "valid" }; // of a layer without windows
const PICTURE = { sumUp: (values) => values, activate: (values) => values };

/** A 28×28 picture shifted by so many pixels right and down, or left and up; what leaves it is lost. */
export function shift(image, dx, dy) {
  const shifted = new Uint8Array(image.length);
  for (let row = Math.max(0, dy); row < Math.min(SIDE, SIDE + dy); row++) {
    for (let column = Math.max(0, dx); column < Math.min(SIDE, SIDE + dx); column++) {
      shifted[row * SIDE + column] = image[(row - dy) * SIDE + column - dx];
    }
  }
  return shifted;
}

/**
 * A generator, which yields how much is done, 0 to 1.
 * @param {Network} network
 * @param {Uint8Array} image 28×28
 * @param {number[]} shifts pixels, of either axis
 * @returns {(down: number, right: number) => Float32Array} the values of the last layer of maps, or
 *   the picture where there is none, when it is shifted by shifts[down] and shifts[right]
 */
export function* mapsOfShifts(network, image, shifts) {
  const maps = network.passes.filter(isMap);
  let kinds = kindsOfPicture(image, shifts);
  let shape = network.input;
  let valuesAt = (down, right) => Float32Array.from(shift(image, shifts[right], shifts[down]), (p) => p / 255);
  valuesAt = yield* once(PICTURE, valuesAt, kinds, shape);
  for (const [i, layer] of maps.entries()) {
    kinds = kindsAfter(kinds, windows(shape, { ...POINT, ...layer }), layer);
    shape = layer.shape;
    valuesAt = yield* once(layer, valuesAt, kinds, shape);
    yield (i + 1) / maps.length;
  }
  return valuesAt;
}

/** Of each axis and shift, the kinds of all lines: [axis][shift][line]. */
function kindsOfPicture(image, shifts) {
  const lines = [
    (by) => rowsOf(shift(image, 0, by)),
    (by) => turned(rowsOf(shift(image, by, 0))),
  ];
  return lines.map((of) => numbered(shifts.map(of)));
}

const turned = (rows) => rows[0].map((_, column) => rows.map((row) => row[column]));

function kindsAfter(kinds, starts, { size = POINT.size }) {
  return AXES.map((axis) => {
    const read = (lines) => starts[axis].map((at) => Array.from({ length: size[axis] }, (_, i) => lines[at + i]));
    return numbered(kinds[axis].map(read));
  });
}

/** A number for each line of each shift, the same one for the same content. */
function numbered(shifts) {
  const numbers = new Map();
  return shifts.map((lines) =>
    lines.map((line) => {
      const key = line.join();
      if (!numbers.has(key)) numbers.set(key, numbers.size);
      return numbers.get(key);
    }),
  );
}

/** Compute a layer from what is before it at as few shifts as have all kinds; returns its values at any. */
function* once(layer, before, kinds, [rows, columns, channels]) {
  const wide = 1 + Math.max(...kinds[1].flat());
  const known = new Float32Array((1 + Math.max(...kinds[0].flat())) * wide * channels);

  function copy(down, right, one) {
    const [rowKinds, columnKinds] = [kinds[0][down], kinds[1][right]];
    for (let row = 0, at = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const from = (rowKinds[row] * wide + columnKinds[column]) * channels;
        for (let channel = 0; channel < channels; channel++, at++) one(at, from + channel);
      }
    }
  }

  const across = fewestOf(kinds[1]);
  for (const down of fewestOf(kinds[0])) {
    for (const right of across) {
      const sums = layer.sumUp(before(down, right));
      const values = layer.activate(sums.next ? yield* sums : sums);
      copy(down, right, (at, place) => (known[place] = values[at]));
      yield;
    }
  }
  return (down, right) => {
    const values = new Float32Array(rows * columns * channels);
    copy(down, right, (at, place) => (values[at] = known[place]));
    return values;
  };
}

/** A few shifts among whose lines are all kinds: always the one with most that are missing. */
function fewestOf(shifts) {
  const missing = new Set(shifts.flat());
  const chosen = [];
  while (missing.size) {
    const news = shifts.map((lines) => new Set(lines.filter((kind) => missing.has(kind))).size);
    chosen.push(largestAt(news));
    for (const kind of shifts[chosen.at(-1)]) missing.delete(kind);
  }
  return chosen;
}
