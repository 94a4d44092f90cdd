// The training digits that a network takes for most like a drawing: those whose features, the outputs of
// its last hidden layer, are nearest. Their file is described in mnist_cnn/lesson/neighbours_file.py.
import { unpack } from "../../reader/packed.js";

const LEVELS = 255;

/**
 * Opens the file of the training digits.
 * @param {ArrayBuffer} file
 * @returns {{count, side, units, most, pictures, labels, places, levels}}
 */
export function trainingDigits(file) {
  const { head, at: first } = unpack(file);
  const { count, side, units } = head;
  let at = first;
  const bytes = (size) => new Uint8Array(file, (at += size) - size, size);
  const [pictures, labels] = [bytes(count * side * side), bytes(count)];
  const places = new Uint16Array(bytes(2 * count).slice().buffer); // browsers are little-endian
  return { ...head, pictures, labels, places, levels: bytes(count * units) };
}

/**
 * @param digits of `trainingDigits`
 * @param features of a drawing, as many numbers as the digits have units
 * @param {number} wanted how many
 * @returns {{label: number, place: number, distance: number, picture: number[][]}[]} the nearest first;
 *   place: in MNIST's training digits, from 0; distance: Euclidean
 */
export function nearest(digits, features, wanted) {
  const { count, units, most, levels } = digits;
  const step = most / LEVELS;
  const distances = Float64Array.from({ length: count }, (_, i) => {
    let squares = 0;
    for (let unit = 0; unit < units; unit++) {
      squares += (levels[i * units + unit] * step - features[unit]) ** 2;
    }
    return Math.sqrt(squares);
  });
  const order = [...distances.keys()].toSorted((one, other) => distances[one] - distances[other]);
  return order.slice(0, wanted).map((i) => ({
    label: digits.labels[i],
    place: digits.places[i],
    distance: distances[i],
    picture: pictureAt(digits, i),
  }));
}

function pictureAt({ side, pictures }, i) {
  const from = i * side * side;
  return Array.from({ length: side }, (_, row) => [
    ...pictures.subarray(from + row * side, from + (row + 1) * side),
  ]);
}
