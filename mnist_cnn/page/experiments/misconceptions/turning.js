// A drawing turned degree by degree, and what the network answers on the way.
import { cut, inLevels, inkBox, preprocess, resize, round } from "../../reader/preprocess.js";
import { classify } from "../classify.js";
import { shared } from "./shared-work.js";

const STEP = 3; // degrees
const FARTHEST = 180; // degrees
const SIDE = 84; // pixels to which the longer side is reduced before it is turned: three for each that is read

/**
 * The answers to a drawing turned clockwise by ever more degrees; a generator, which yields how much is
 * done, 0 to 1.
 * @param {Network} network
 * @param drawing {width, height, pixels} with ink in it
 * @returns {{angle: number, image: Uint8Array, digit: number, probabilities: Float32Array}[]} the first
 *   one is not turned
 */
export const answersTurned = (network, drawing) =>
  shared("turned", network, drawing.pixels, () => turning(network, drawing));

function* turning(network, drawing) {
  const small = reduced(drawing);
  const answers = [];
  for (let angle = 0; angle <= FARTHEST; angle += STEP) {
    const { image } = preprocess(angle ? turned(small, angle) : drawing);
    const { digit, probabilities } = yield* classify(network, image);
    answers.push({ angle, image, digit, probabilities });
    yield angle / FARTHEST;
  }
  return answers;
}

/** The ink of a drawing, no larger than it has to be to be turned: {width, height, pixels}. */
function reduced(drawing) {
  const crop = cut(drawing, inkBox(drawing));
  const factor = Math.min(1, SIDE / Math.max(crop.width, crop.height));
  const [width, height] = [crop.width, crop.height].map((side) => Math.max(1, round(side * factor)));
  return { width, height, pixels: inLevels(resize(crop, width, height)) };
}

/** A drawing turned clockwise, on paper large enough: {width, height, pixels}. */
export function turned(drawing, degrees) {
  const side = Math.ceil(Math.hypot(drawing.width, drawing.height)) + 2;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [x0, y0] = [drawing.width / 2, drawing.height / 2];
  const pixels = new Uint8Array(side * side);
  for (let row = 0, at = 0; row < side; row++) {
    const down = row + 0.5 - side / 2;
    for (let column = 0; column < side; column++, at++) {
      const across = column + 0.5 - side / 2;
      const [x, y] = [x0 + cos * across + sin * down, y0 - sin * across + cos * down];
      pixels[at] = Math.round(between(drawing, x - 0.5, y - 0.5));
    }
  }
  return { width: side, height: side, pixels };
}

/** The ink at a place between the middles of pixels: bilinear. */
function between({ width, height, pixels }, x, y) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [across, down] = [x - left, y - top];
  const ink = (column, row) =>
    column < 0 || row < 0 || column >= width || row >= height ? 0 : pixels[row * width + column];
  return (
    (1 - down) * ((1 - across) * ink(left, top) + across * ink(left + 1, top)) +
    down * ((1 - across) * ink(left, top + 1) + across * ink(left + 1, top + 1))
  );
}
