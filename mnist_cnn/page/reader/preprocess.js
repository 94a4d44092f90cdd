// Turns a drawing into the 28×28 picture the network reads, as MNIST was made: cropped to its ink, scaled
// into a box of 20×20, and centred by its centre of mass. The same as mnist_cnn/reading/preprocess.py,
// down to how halves are rounded; the tests compare the two.

export const IMAGE_SIZE = 28; // pixels: both sides of the network's input
export const BOX = 20; // pixels: the longer side of the digit
const CENTRE = 14.5; // of mass: the middle of pixel 14, as measured on MNIST
const FAINT = 0.1; // of the darkest ink: fainter pixels do not widen the crop

/**
 * @param drawing {width, height, pixels}, 0 is paper, 255 full ink
 * @returns {null | {drawing, box: number[], crop, scaled, offset: number[], image: Uint8Array}} every
 *   stage, or null if there is no ink; box: left, top, right, bottom; offset: left, top of `scaled`
 */
export function preprocess(drawing) {
  const box = inkBox(drawing);
  if (!box) return null;
  const crop = cut(drawing, box);
  const scaled = scale(crop);
  const offset = place(scaled);
  return { drawing, box, crop, scaled, offset, image: onPaper(scaled, offset) };
}

/** Left, top, right and bottom (exclusive) of the ink, or null on an empty pad. */
export function inkBox({ width, height, pixels }) {
  const rows = new Uint8Array(height); // the darkest pixel of each
  const columns = new Uint8Array(width);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const pixel = pixels[at];
      if (pixel === 0) continue;
      if (pixel > rows[row]) rows[row] = pixel;
      if (pixel > columns[column]) columns[column] = pixel;
    }
  }
  const least = Math.max(1, Math.max(...rows) * FAINT);
  const inked = (pixel) => pixel >= least;
  const [left, right] = [columns.findIndex(inked), columns.findLastIndex(inked) + 1];
  const [top, bottom] = [rows.findIndex(inked), rows.findLastIndex(inked) + 1];
  return bottom === 0 ? null : [left, top, right, bottom];
}

export function cut({ width, pixels }, [left, top, right, bottom]) {
  const crop = { width: right - left, height: bottom - top };
  crop.pixels = new Uint8Array(crop.width * crop.height);
  for (let row = 0; row < crop.height; row++) {
    const from = (top + row) * width + left;
    crop.pixels.set(pixels.subarray(from, from + crop.width), row * crop.width);
  }
  return crop;
}

/** Resized to 20 pixels along the longer side, and darkened, because resizing makes thin lines fade. */
function scale(crop) {
  const factor = BOX / Math.max(crop.width, crop.height);
  const width = Math.max(1, round(crop.width * factor));
  const height = Math.max(1, round(crop.height * factor));
  return { width, height, pixels: inLevels(darkened(resize(crop, width, height))) };
}

/** Numbers scaled so that the strong ones are full ink; unchanged without ink. */
export function darkened(small) {
  const strong = percentile75(small);
  return strong > 0 ? Float64Array.from(small, (value) => value * (255 / strong)) : small;
}

/** Numbers rounded and clipped to levels, 0 to 255. */
export const inLevels = (numbers) =>
  Uint8Array.from(numbers, (value) => round(Math.min(255, Math.max(0, value))));

/** The 75th percentile of the numbers above half of the largest. */
function percentile75(values) {
  const half = Math.fround(0.5 * values.reduce((most, value) => Math.max(most, value), 0));
  const dark = values.filter((value) => value > half).toSorted();
  const at = 0.75 * (dark.length - 1);
  const below = dark[Math.floor(at)];
  return below + (at - Math.floor(at)) * (dark[Math.ceil(at)] - below);
}

/** Left and top of a picture that bring its centre of mass to CENTRE, clipped to the frame. */
export function place({ width, height, pixels }) {
  let [total, x, y] = [0, 0, 0];
  pixels.forEach((weight, i) => {
    total += weight;
    x += weight * ((i % width) + 0.5);
    y += weight * (Math.floor(i / width) + 0.5);
  });
  return [inside(CENTRE - x / total, width), inside(CENTRE - y / total, height)];
}

/** The nearest whole pixel at which a picture of this side length fits in the frame. */
export const inside = (at, side) => Math.min(IMAGE_SIZE - side, Math.max(0, round(at)));

export function onPaper({ width, height, pixels }, [left, top]) {
  const image = new Uint8Array(IMAGE_SIZE * IMAGE_SIZE);
  for (let row = 0; row < height; row++) {
    image.set(pixels.subarray(row * width, (row + 1) * width), (top + row) * IMAGE_SIZE + left);
  }
  return image;
}

/** Resized with antialiasing, as Pillow's BILINEAR: along rows, then along columns; Float32Array. */
export function resize({ width, height, pixels }, newWidth, newHeight) {
  const narrow = resizeRows(new Float32Array(pixels), width, height, newWidth);
  return resizeRows(narrow, height, newWidth, newHeight);
}

/** Resizes each row to `count` numbers, means weighted by a triangle, and transposes the result. */
function resizeRows(values, length, rows, count) {
  const found = new Float32Array(count * rows);
  const places = triangles(length, count);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < count; i++) {
      const { first, weights } = places[i];
      const from = row * length + first;
      let sum = 0;
      for (let j = 0; j < weights.length; j++) sum += weights[j] * values[from + j];
      found[i * rows + row] = sum;
    }
  }
  return found;
}

/** For each new pixel, the old ones it is a mean of: {first, weights}. */
function triangles(length, count) {
  const step = length / count;
  const reach = Math.max(1, step);
  return Array.from({ length: count }, (_, i) => triangle((i + 0.5) * step, reach, length));
}

function triangle(centre, reach, length) {
  const first = Math.max(0, Math.floor(centre - reach + 0.5));
  const end = Math.min(length, Math.floor(centre + reach + 0.5));
  const weights = new Float64Array(end - first);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    weights[i] = Math.max(0, 1 - Math.abs((first + i - centre + 0.5) / reach));
    sum += weights[i];
  }
  return { first, weights: weights.map((weight) => weight / sum) };
}

/** The nearest whole number; halves to the even one, as in Python and NumPy. */
export function round(value) {
  const whole = Math.round(value);
  return whole - value === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}
