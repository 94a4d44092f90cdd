// Ablation of preprocessing: reads a drawing with steps left out, to show what each is good for.
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

// The steps left out, in the order shown: none, each alone, and all that a plain resize lacks.
export const COMBINATIONS = {
  all: [],
  no_crop: ["crop"], // the pad with its empty margin is scaled into the box of 20×20
  no_scale: ["scale"], // the digit keeps the size it has on the pad
  no_aspect: ["aspect"], // stretched to fill the box
  no_antialias: ["antialias"], // single pixels of the drawing are picked
  no_contrast: ["contrast"], // thin strokes stay faint after shrinking
  no_centre: ["centre"], // the digit stays where it is on the pad
  inverted: ["polarity"], // dark ink on light paper
  shrunk: ["crop", "scale", "contrast", "centre"], // the pad is only resized to 28×28
};

/**
 * One reading for each of COMBINATIONS, in order; a generator.
 * @param drawing {width, height, pixels} with ink in it
 * @returns {{name, image: Uint8Array, digit, probabilities, same: boolean}[]} same: the digit is the
 *   same as with nothing left out
 */
export function* readWithout(network, drawing) {
  const found = [];
  for (const [name, off] of Object.entries(COMBINATIONS)) {
    const reading = yield* classify(network, prepare(drawing, off));
    found.push({ name, ...reading, same: reading.digit === (found[0] ?? reading).digit });
  }
  return found;
}

/** The 28×28 picture of a drawing with ink in it, without the steps in `off`; Uint8Array. */
export function prepare(drawing, off = []) {
  const pad = [0, 0, drawing.width, drawing.height];
  const box = off.includes("crop") ? pad : inkBox(drawing);
  const part = cut(drawing, box);
  const [width, height] = sizeOf(part, drawing, off);
  const small = off.includes("antialias") ? picked(part, width, height) : resize(part, width, height);
  const levels = off.includes("contrast") ? small : darkened(small);
  const scaled = { width, height, pixels: inLevels(levels) };
  const isKept = off.includes("centre") || !scaled.pixels.some((pixel) => pixel > 0);
  const image = onPaper(scaled, isKept ? whereItWas(scaled, box, drawing) : place(scaled));
  return off.includes("polarity") ? image.map((level) => 255 - level) : image;
}

/** Width and height of the resized drawing in pixels. */
function sizeOf({ width, height }, pad, off) {
  const longer = Math.max(width, height);
  const factor = off.includes("scale") ? IMAGE_SIZE / Math.max(pad.width, pad.height) : BOX / longer;
  const sides = off.includes("aspect") ? [longer, longer] : [width, height];
  return sides.map((side) => Math.max(1, round(side * factor)));
}

/** Resized by picking single pixels, as Pillow's NEAREST. */
function picked({ width, height, pixels }, newWidth, newHeight) {
  const columns = places(width, newWidth);
  const rows = places(height, newHeight);
  return Float32Array.from(rows.flatMap((row) => columns.map((column) => pixels[row * width + column])));
}

/** The old place that each new one shows. */
function places(length, count) {
  const step = length / count;
  const found = [];
  for (let at = step / 2; found.length < count; at += step) found.push(Math.floor(at)); // summed as in Pillow
  return found;
}

/** Left and top that put the middle of the resized drawing where it was on the pad. */
const whereItWas = (small, [left, top, right, bottom], pad) => [
  inside(((left + right) / 2 / pad.width) * IMAGE_SIZE - small.width / 2, small.width),
  inside(((top + bottom) / 2 / pad.height) * IMAGE_SIZE - small.height / 2, small.height),
];
