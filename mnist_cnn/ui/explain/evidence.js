// What in the drawing speaks for the winner, and what for the runner-up.
//
// Integrated gradients (Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017) of
// the difference of the two logits, on the straight way from a picture without ink. Ink that is
// missing gets nothing, because the way starts without ink: the heat lies on what was drawn. A white
// or blurred start would say something of missing ink too, but in noise that nobody can read.
//
// Max pooling picks one pixel of a stroke and passes its neighbours over, so the share of a single
// pixel is chance. Each share is therefore spread over the ink within about a pixel, in proportion
// to the ink; shares then add up as before, and erasing the strongest of them moves the answer much
// further (tests/benchmarks/evidence.py).
import { Slopes } from "./slopes.js";

const STEPS = 12; // on the way: 3 % off what very many find, as 32 gradients in the middles would be
const REACH = 3; // pixels, how far a share is spread
const BELL = Float64Array.from({ length: 2 * REACH + 1 }, (_, i) => Math.exp(-((i - REACH) ** 2) / 2));

/**
 * Every pixel's share in the difference between the two logits. It is a generator, which rests
 * after each step on the way, some 5 ms: whoever drives it decides when to go on.
 * @param {Network} network whose last layer is dense, with softmax
 * @param {Uint8Array} image 28×28 pixels
 * @returns {{digit, runnerUp, pixels: Float64Array, difference, baseline}} pixels: above 0 for the
 *   digit, below for the runner-up; they add up to difference - baseline, the digit's logit less the
 *   runner-up's, and the same for a picture without ink
 */
export function* evidence(network, image, steps = STEPS) {
  const slopes = new Slopes(network);
  const read = (picture) => ({ image: picture, layers: network.read(picture) });
  const logits = ({ layers }) => layers.get(network.layers.at(-1).name).sums;
  const there = read(image);
  const scores = logits(there);
  const [digit, runnerUp] = [...scores.keys()].toSorted((a, b) => scores[b] - scores[a]);
  const lead = (reading) => logits(reading)[digit] - logits(reading)[runnerUp];
  const wanted = Float64Array.from(scores, (_, i) => (i === digit) - (i === runnerUp));
  yield;
  const blank = read(new Uint8Array(image.length));
  const ink = Float64Array.from(image, (pixel) => pixel / 255);
  const shares = new Float64Array(ink.length);
  let here = blank;
  for (let step = 1; step <= steps; step++) {
    yield;
    const next = step < steps ? read(ink.map((value) => (255 * value * step) / steps)) : there;
    const found = slopes.between(here, next, wanted).picture();
    ink.forEach((value, i) => (shares[i] += (found[i] * value) / steps));
    here = next;
  }
  const [difference, baseline] = [lead(there), lead(blank)];
  return { digit, runnerUp, pixels: spread(shares, ink), difference, baseline };
}

/** Spread each pixel's share over the ink around it; the sum stays. */
function spread(shares, ink) {
  const around = blur(ink);
  return blur(shares.map((share, i) => (around[i] === 0 ? 0 : share / around[i]))).map(
    (value, i) => value * ink[i],
  );
}

/** Each pixel gives to those around it as the bell says, along rows and then along columns. */
function blur(field) {
  const side = Math.sqrt(field.length);
  return along(along(field, side, 1), side, side);
}

/** One direction of it: `stride` numbers lie from one pixel to the next. */
function along(field, side, stride) {
  return field.map((_, i) => {
    const place = Math.floor(i / stride) % side;
    let sum = 0;
    for (let by = Math.max(-REACH, -place); by <= Math.min(REACH, side - 1 - place); by++) {
      sum += BELL[by + REACH] * field[i + by * stride];
    }
    return sum;
  });
}
