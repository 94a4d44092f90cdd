// Doubts whether a drawing is a digit: the softmax has to name one whatever is drawn. The main doubt
// comes from the judge, a tiny second network. The same as mnist_cnn/reading/judge.py.

const MAX_ASPECT = 1.7; // width over height of the ink: digits side by side are wider
const MAX_COVERAGE = 0.9; // share of its box that is ink: a blob has more
const LEAST_PROBABILITY = 0.5;

/**
 * The first reason for doubt.
 * @param {Network} judge its output is how much a picture looks like a digit, 0 to 1
 * @param stages what `preprocess` returned
 * @param {Float32Array} probabilities of the ten digits
 * @returns {null | "wide" | "blob" | "unfamiliar" | "unsure"} null: it looks like a digit
 */
export function doubt(judge, { crop, image }, probabilities) {
  if (crop.width > MAX_ASPECT * crop.height) return "wide";
  if (crop.width > crop.height / 2 && mean(crop.pixels) > MAX_COVERAGE * 255) return "blob";
  const [digitness] = [...judge.read(image).values()].at(-1).values;
  if (digitness < judge.about.threshold) return "unfamiliar";
  if (Math.max(...probabilities) < LEAST_PROBABILITY) return "unsure";
  return null;
}

function mean(pixels) {
  let sum = 0;
  for (let i = 0; i < pixels.length; i++) sum += pixels[i];
  return sum / pixels.length;
}
