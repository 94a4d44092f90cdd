// Why a drawing may not be a digit at all, apart from the softmax, which has to name one whatever is
// drawn; the same as mnist_cnn/doubt.py. A second, tiny network looks at the same picture.

const WIDEST = 1.7; // width over height of the ink: digits side by side are wider
const FULLEST = 0.9; // share of its box a drawing inks: a blob inks more
const LEAST_PROBABILITY = 0.5;

/**
 * @param {Network} judge whose last layer says how much a picture looks like a digit
 * @param stages what `preprocess` returned
 * @param {Float32Array} probabilities of the ten digits
 * @returns {null | "wide" | "blob" | "unfamiliar" | "unsure"} null: it looks like a digit
 */
export function doubt(judge, { crop, image }, probabilities) {
  if (crop.width > WIDEST * crop.height) return "wide";
  if (crop.width > crop.height / 2 && mean(crop.pixels) > FULLEST * 255) return "blob";
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
