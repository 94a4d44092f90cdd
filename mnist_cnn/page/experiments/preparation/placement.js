// A drawing's digit made small, somewhere in the picture, and read without being centred.
import {
  BOX,
  IMAGE_SIZE,
  cut,
  darkened,
  inLevels,
  inkBox,
  inside,
  onPaper,
  place,
  resize,
  round,
} from "../../reader/preprocess.js";
import { classify } from "../classify.js";

export const LEAST = 6; // pixels: the longer side of the smallest digit
export const MOST = BOX; // of the largest: as the network knows it

// Where a search looks: sizes that a person still reads, and corners as shares of the room there is.
const SIZES = [8, 9, 10, 11, 12, 13, 14];
const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]]; // left, top

/**
 * The digit of a drawing with ink in it, `size` pixels along its longer side, in the 28×28 picture.
 * @param drawing {width, height, pixels}
 * @param at {size, left, top}: left and top of the digit, in pixels, clipped to the picture; null: where
 *   its centre of mass is in the middle
 * @returns {{size, left, top, width, height: number, image: Uint8Array}}
 */
export function placed(drawing, { size, left = null, top = null }) {
  const part = cut(drawing, inkBox(drawing));
  const factor = size / Math.max(part.width, part.height);
  const [width, height] = [part.width, part.height].map((side) => Math.max(1, round(side * factor)));
  const small = { width, height, pixels: inLevels(darkened(resize(part, width, height))) };
  const offset = left === null ? place(small) : [inside(left, width), inside(top, height)];
  return { size, left: offset[0], top: offset[1], width, height, image: onPaper(small, offset) };
}

/**
 * The small size and the corner at which the network is surest of another digit; if it always answers
 * right, where it is least sure. The first of equals; a generator.
 * @returns as `placed`, with the reading of `classify`
 */
export function* hardest(network, drawing, digit) {
  let best = null;
  let most = 0; // the probability of another digit there
  for (const size of SIZES) {
    for (const [right, down] of CORNERS) {
      const here = placed(drawing, { size, left: right * IMAGE_SIZE, top: down * IMAGE_SIZE });
      const found = { ...here, ...(yield* classify(network, here.image)) };
      const wrong = Math.max(...found.probabilities.filter((_, i) => i !== digit));
      if (best && wrong <= most) continue;
      best = found;
      most = wrong;
    }
  }
  return best;
}

/** The drawing with its digit as small as `at` says, and in the same place of the pad. */
export function onPad(drawing, { size, left, top }) {
  const scale = drawing.width / IMAGE_SIZE;
  const part = cut(drawing, inkBox(drawing));
  const factor = (size * scale) / Math.max(part.width, part.height);
  const [width, height] = [part.width, part.height].map((side) => Math.max(1, round(side * factor)));
  const small = inLevels(resize(part, width, height));
  const pixels = new Uint8Array(drawing.width * drawing.height);
  const [x, y] = [
    Math.min(round(left * scale), drawing.width - width),
    Math.min(round(top * scale), drawing.height - height),
  ];
  for (let row = 0; row < height; row++) {
    pixels.set(small.subarray(row * width, (row + 1) * width), (y + row) * drawing.width + x);
  }
  return { ...drawing, pixels };
}
