// Finds the ink in any picture: a transparent pad, a scan, a photo of a digit on paper. Ink is what
// contrasts with the border. The same algorithm as find_ink in mnist_cnn/reading/ink.py, where it is
// explained; the tests compare the two.
import { mean } from "./math.js";
import { resize } from "./preprocess.js";

const LEAST_CONTRAST = 16; // levels of 255; anything fainter is paper
const WINDOW = 0.4; // of the shorter side: wider than any stroke, narrower than a shadow
const SMALL = 64; // pixels of the shorter side to which a picture is reduced to find shadows
const LEAST_PIECE = 0.02; // of the ink of the largest piece: on a noisy photo smaller pieces are dirt
const DARK = 96; // ink levels above this belong to a piece

/**
 * @param {{width, height, data: Uint8ClampedArray}} picture RGBA pixels, as in ImageData
 * @returns {{width, height, pixels: Uint8Array}} 0 is paper, 255 full ink; all 0 if nothing stands out
 *   from the border
 */
export function findInk({ width, height, data }) {
  const alpha = Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + 3]);
  const opaque = alpha.reduce((count, level) => count + (level > 127), 0);
  if (opaque < 0.6 * alpha.length && alpha.some((level) => level < 128)) {
    return { width, height, pixels: alpha }; // strokes on a transparent pad
  }
  const onWhite = (band) => alpha.map((level, i) => Math.round(255 + ((data[4 * i + band] - 255) * level) / 255));
  const pixels = byContrast([0, 1, 2].map((band) => ({ width, height, pixels: onWhite(band) })));
  return { width, height, pixels };
}

function byContrast(bands) {
  const [{ width, height, pixels }] = bands;
  const papers = bands.map((band) => quantile(border(band), 0.5));
  const apart = Float32Array.from(pixels, (_, i) =>
    Math.max(...bands.map((band, k) => Math.abs(band.pixels[i] - papers[k]))),
  );
  const background = backgroundOf({ width, height, pixels: apart });
  const difference = apart.map((level, i) => level - Math.min(level, background[i]));
  const threshold = Math.max(otsu(difference), LEAST_CONTRAST / 2);
  const inked = difference.filter((level) => level > threshold);
  const peak = inked.length ? quantile(inked, 0.5) : 0;
  if (peak < LEAST_CONTRAST) return new Uint8Array(pixels.length);
  const rim = border({ width, height, pixels: difference });
  const noise = Math.min(1.5 * quantile(rim, 0.9), peak / 2);
  const share = (level) => Math.min(1, Math.max(0, (level - noise) / (peak - noise)));
  const ink = Uint8Array.from(difference, (level) => 255 * share(level));
  return noise > 2 ? withoutDirt({ width, height, pixels: ink }) : ink;
}

/** The outermost pixels. */
function border({ width, height, pixels }) {
  const columns = [0, width - 1].flatMap((x) => Array.from({ length: height }, (_, y) => pixels[y * width + x]));
  return Float32Array.from([...pixels.subarray(0, width), ...pixels.subarray(-width), ...columns]);
}

/** The quantile of some numbers, interpolated linearly, as np.quantile does. */
function quantile(numbers, share) {
  const sorted = numbers.toSorted();
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  return below + (at - Math.floor(at)) * (sorted[Math.ceil(at)] - below);
}

/** What varies slowly, such as a shadow: a grey-scale opening wider than any stroke, smoothed. */
function backgroundOf(picture) {
  const { width, height } = picture;
  const factor = Math.max(1, Math.floor(Math.min(width, height) / SMALL));
  const [columns, rows] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const window = Math.max(3, Math.floor(WINDOW * Math.min(columns, rows)));
  let small = { width: columns, height: rows, pixels: resize(picture, columns, rows) };
  small = sliding(small, window, (numbers) => Math.min(...numbers));
  small = sliding(small, window, (numbers) => Math.max(...numbers));
  small = sliding(small, Math.round(window / 2) + 1, mean);
  return resize(small, width, height);
}

/** Applies `of` to a sliding window of numbers, along rows, then along columns. */
function sliding({ width, height, pixels }, window, of) {
  const along = (numbers, length, rows) => {
    const found = new Float32Array(numbers.length);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < length; i++) {
        const first = i - (window >> 1);
        const [from, to] = [Math.max(0, first), Math.min(length, first + window)];
        found[i * rows + row] = of(numbers.subarray(row * length + from, row * length + to));
      }
    }
    return found;
  };
  return { width, height, pixels: along(along(pixels, width, height), height, width) };
}

/** The threshold that best splits numbers from 0 to 255 into two classes (Otsu, 1979). */
function otsu(numbers) {
  const counts = new Float64Array(256);
  for (const number of numbers) counts[Math.min(255, Math.floor(number))]++;
  const total = counts.reduce((sum, count, level) => sum + count * level, 0);
  let [best, most, below, sum] = [0, 0, 0, 0];
  counts.forEach((count, level) => {
    below += count;
    sum += count * level;
    const above = numbers.length - below;
    const spread = below && above ? below * above * (sum / below - (total - sum) / above) ** 2 : 0;
    if (spread > most) [best, most] = [level, spread];
  });
  return best;
}

/** The ink without the tiny pieces that a noisy photo has. */
function withoutDirt({ width, height, pixels }) {
  const pieces = piecesOf({ width, height, pixels });
  const weights = pieces.map((piece) => piece.reduce((sum, at) => sum + pixels[at], 0));
  const least = LEAST_PIECE * weights.reduce((most, weight) => Math.max(most, weight), 0);
  if (pieces.length < 2) return pixels;
  const near = new Uint8Array(pixels.length);
  for (const at of pieces.filter((_, i) => weights[i] >= least).flat()) {
    for (const place of around(at, 2, width, height)) near[place] = 1;
  }
  return pixels.map((level, i) => level * near[i]);
}

/** The connected components (8 neighbours) of dark ink: the indices of the pixels of each. */
function piecesOf({ width, height, pixels }) {
  const left = pixels.map((level) => level > DARK);
  const pieces = [];
  for (let at = left.indexOf(1); at >= 0; at = left.indexOf(1, at)) {
    const piece = [at];
    left[at] = 0;
    for (const place of piece) {
      for (const next of around(place, 1, width, height)) {
        if (left[next]) piece.push(next);
        left[next] = 0;
      }
    }
    pieces.push(piece);
  }
  return pieces;
}

/** The indices of the pixels at most `reach` away from one, with that one. */
function around(at, reach, width, height) {
  const [x, y] = [at % width, Math.floor(at / width)];
  const found = [];
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (let i = Math.max(0, x - reach); i <= Math.min(width - 1, x + reach); i++) found.push(row * width + i);
  }
  return found;
}
