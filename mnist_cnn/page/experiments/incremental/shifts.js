// Shifts a picture, and computes the maps of a network at many shifts without a forward pass for each.
//
// Along each axis a line of cells, a row or a column, depends on what it reads: a line of the picture
// on its pixels, a line of a map on the lines in its window, with none for padding. Lines that read the
// same are of one kind, whatever their shift and place, and a number in a map depends only on the kinds
// of its row and its column. So a layer computes each pair of kinds once, on the maps before it at as
// few shifts as show all kinds. This is exact for any windows, strides and padding, and for the shipped
// network a tenth of the work.
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { windows } from "../../reader/layers.js";
import { argmax } from "../../reader/math.js";
import { rowsOf } from "../matrix.js";
import { isMap } from "../summary.js";

const AXES = [0, 1]; // rows, columns
const POINT = { size: [1, 1], stride: [1, 1], padding: "valid" }; // window of a layer without windows
const PICTURE = { sumUp: (values) => values, activate: (values) => values };

/** A 28×28 picture shifted dx pixels right and dy down; negative: left and up. What leaves it is lost. */
export function shift(image, dx, dy) {
  const shifted = new Uint8Array(image.length);
  for (let row = Math.max(0, dy); row < Math.min(IMAGE_SIZE, IMAGE_SIZE + dy); row++) {
    for (let column = Math.max(0, dx); column < Math.min(IMAGE_SIZE, IMAGE_SIZE + dx); column++) {
      shifted[row * IMAGE_SIZE + column] = image[(row - dy) * IMAGE_SIZE + column - dx];
    }
  }
  return shifted;
}

/**
 * A generator, which yields how much is done, 0 to 1.
 * @param {Network} network
 * @param {Uint8Array} image 28×28
 * @param {number[]} shifts in pixels, along either axis
 * @returns {(down: number, right: number) => Float32Array} the values of the last layer of maps, or
 *   the picture if there is none, for a shift by shifts[down] and shifts[right]
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

/** The kinds of all lines of the picture: [axis][shift][line]. */
function kindsOfPicture(image, shifts) {
  const lines = [
    (by) => rowsOf(shift(image, 0, by)),
    (by) => transposed(rowsOf(shift(image, by, 0))),
  ];
  return lines.map((of) => numbered(shifts.map(of)));
}

const transposed = (rows) => rows[0].map((_, column) => rows.map((row) => row[column]));

function kindsAfter(kinds, starts, { size = POINT.size }) {
  return AXES.map((axis) => {
    const read = (lines) => starts[axis].map((at) => Array.from({ length: size[axis] }, (_, i) => lines[at + i]));
    return numbered(kinds[axis].map(read));
  });
}

/** A number for each line of each shift, the same for the same content. */
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

/** Computes each pair of kinds of a layer once; returns a function for its values at any shift. */
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

/** A few shifts that show all kinds of lines, greedily the one with most of the missing kinds. */
function fewestOf(shifts) {
  const missing = new Set(shifts.flat());
  const chosen = [];
  while (missing.size) {
    const news = shifts.map((lines) => new Set(lines.filter((kind) => missing.has(kind))).size);
    chosen.push(argmax(news));
    for (const kind of shifts[chosen.at(-1)]) missing.delete(kind);
  }
  return chosen;
}
