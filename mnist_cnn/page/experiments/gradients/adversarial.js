// Adversarial examples: the smallest change of a picture that flips the answer, measured two ways.
//
// Fewest pixels: gradients say which pixels move one logit past another most, as in Papernot and
// others, The Limitations of Deep Learning in Adversarial Settings (2016). The most promising are
// tried, the best of them is kept, and so on until the answer flips. Then every pixel that turns out
// not to be needed is put back. The search is greedy: fewer pixels may be possible.
//
// Smallest norm: DeepFool (Moosavi-Dezfooli, Fawzi and Frossard, 2016): step to where the nearest
// decision boundary would be if the network were linear, here with pixels clipped to their range,
// until the answer flips; then back towards the picture as far as it stays flipped.
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { Gradients } from "../../explain/gradients.js";
import { Changes } from "../incremental/pixel-changes.js";
import { argmax } from "../../reader/math.js";
import { classify } from "../classify.js";
import { rowsOf } from "../matrix.js";

const RIVALS = 3; // digits the answer may flip to, likeliest first: others are hardly ever nearer
const TRIED = 32; // changes of a single pixel that each step tries
const MOST_PIXELS = 60; // changed before the search gives up
const MOST_STEPS = 40; // of DeepFool
const OVERSHOOT = 0.02; // beyond the boundary, as in the paper
const MARGIN = 1e-3; // of a logit: how far a boundary must be passed
const HALVINGS = 8; // of the line back to the picture
const FULL = 255; // the level of full ink

/** An adversarial example with few pixels set to paper or full ink; as `flipped` returns it. */
export const fewestPixels = (network, image) => flipped(network, image, greedy);

/** An adversarial example changed a little everywhere; as `flipped` returns it. */
export const smallestNorm = (network, image) => flipped(network, image, deepFool);

/**
 * A generator, which yields how much of the answer's lead is gone, 0 to 1.
 * @param {Network} network whose last layer is dense, with softmax
 * @param {Uint8Array} image 28×28 pixels, 255 is ink
 * @returns {null | {image: number[][], pixels: number[][], before, after: number[], digit, other: number,
 *   norm: number}} image: the changed picture; pixels: [row, column] of each changed pixel; before and
 *   after: the probabilities; digit and other: the answers; norm: the L2 norm of the change, pixels
 *   0 to 1. null: the search gave up
 */
function* flipped(network, image, search) {
  const own = yield* classify(network, image);
  const changed = yield* search(new Race(network, own.digit), image);
  if (!changed) return null;
  const { digit: other, probabilities: after } = yield* classify(network, changed);
  const places = [...image.keys()].filter((place) => changed[place] !== image[place]);
  return {
    image: rowsOf(changed),
    pixels: places.map((place) => [Math.floor(place / IMAGE_SIZE), place % IMAGE_SIZE]),
    before: [...own.probabilities],
    after: [...after],
    digit: own.digit,
    other,
    norm: Math.hypot(...places.map((place) => (changed[place] - image[place]) / FULL)),
  };
}

/** The logits of all digits against that of the answer. */
class Race {
  #network;
  #gradients;
  #changes;
  #lead = null; // of the original picture

  constructor(network, digit) {
    this.#network = network;
    this.#gradients = new Gradients(network);
    this.#changes = new Changes(network);
    this.digit = digit;
  }

  /** A forward pass on levels, 0 to 255: {image, layers, logits, beyond}. */
  *read(levels) {
    const layers = yield* this.#network.reading(levels);
    const logits = layers.get(this.#network.layers.at(-1).name).sums;
    return { image: levels, layers, logits, beyond: this.#beyond(logits) };
  }

  /** How far the largest other logit is above that of the answer; above 0 the answer has flipped. */
  #beyond(logits) {
    return Math.max(...logits.filter((_, digit) => digit !== this.digit)) - logits[this.digit];
  }

  /** The share of the original lead that is gone, 0 to 1. */
  share({ beyond }) {
    this.#lead ??= -beyond;
    return Math.min(1, Math.max(0, 1 + beyond / this.#lead));
  }

  /** The reading after the best of some changes of a pixel, [place, level]. */
  *best(reading, tries) {
    const { image, layers } = reading;
    const pixels = Float32Array.from(image, (level) => level / FULL);
    const beyond = [];
    for (const [place, level] of tries) {
      beyond.push(this.#beyond(this.#changes.sums(pixels, layers, place, level / FULL)));
      yield;
    }
    const levels = image.slice();
    const [place, level] = tries[argmax(beyond)];
    levels[place] = level;
    return yield* this.read(levels);
  }

  /**
   * The likeliest other digits: {gap, gradients}, the difference of the logits, and its gradient with
   * respect to the pixels, 0 to 1.
   */
  *rivals({ logits, ...reading }, count) {
    const others = [...logits.keys()].filter((digit) => digit !== this.digit);
    const found = [];
    for (const rival of others.toSorted((a, b) => logits[b] - logits[a]).slice(0, count)) {
      const wanted = new Float64Array(logits.length);
      wanted[rival] = 1;
      wanted[this.digit] = -1;
      const { picture } = yield* this.#gradients.finding(reading, reading, wanted);
      found.push({ gap: logits[this.digit] - logits[rival], gradients: picture() });
    }
    return found;
  }
}

/** Levels of which few are changed, or null. */
function* greedy(race, start) {
  let reading = yield* race.read(start);
  for (let count = 0; count < MOST_PIXELS; count++) {
    yield race.share(reading);
    const rivals = yield* race.rivals(reading, RIVALS);
    reading = yield* race.best(reading, promising(rivals, reading.image, start));
    if (reading.beyond > 0) return yield* withoutNeedless(race, reading, start);
  }
  return null;
}

/** The changes of one more pixel that would do most if the network were linear, [place, level]. */
function promising(rivals, levels, start) {
  const untouched = [...levels.keys()].filter((place) => levels[place] === start[place]);
  const all = rivals.flatMap(({ gap, gradients }) =>
    untouched.map((place) => {
      const level = gradients[place] > 0 ? FULL : 0;
      return { change: [place, level], promise: (gradients[place] * (level - levels[place])) / FULL - gap };
    }),
  );
  const changes = all.filter(({ change: [place, level] }) => level !== levels[place]);
  const best = changes.toSorted((a, b) => b.promise - a.promise).slice(0, TRIED);
  return best.map(({ change }) => change);
}

/** Puts pixels back as long as the answer stays flipped, the least needed first. */
function* withoutNeedless(race, first, start) {
  for (let reading = first; ; ) {
    const { image } = reading;
    const changed = [...image.keys()].filter((place) => image[place] !== start[place]);
    reading = yield* race.best(reading, changed.map((place) => [place, start[place]]));
    if (reading.beyond <= 0) return image;
  }
}

/** Levels changed a little everywhere, or null. */
function* deepFool(race, start) {
  let reading = yield* race.read(Float64Array.from(start));
  for (let step = 0; step < MOST_STEPS; step++) {
    yield race.share(reading);
    const levels = toBoundary(yield* race.rivals(reading, Infinity), reading.image);
    reading = yield* race.read(levels);
    const whole = yield* race.read(between(start, levels, 1));
    if (whole.beyond > 0) return yield* backToPicture(race, start, levels);
  }
  return null;
}

/** Levels a little beyond the nearest boundary, if the network were linear. */
function toBoundary(rivals, levels) {
  const free = rivals.map(({ gap, gradients }) => {
    const own = gradients.map((gradient, i) => ((gradient > 0 ? levels[i] < FULL : levels[i] > 0) ? gradient : 0));
    return { gap: Math.max(gap, 0), gradients: own, steepness: own.reduce((sum, gradient) => sum + gradient ** 2, 1e-12) };
  });
  const far = free.map(({ gap, steepness }) => gap / Math.sqrt(steepness));
  const { gap, gradients, steepness } = free[far.indexOf(Math.min(...far))];
  const length = ((1 + OVERSHOOT) * (gap + MARGIN)) / steepness;
  return levels.map((level, i) => Math.min(FULL, Math.max(0, level + FULL * length * gradients[i])));
}

/** The point nearest to the picture, on the line to `end`, at which the answer is flipped. */
function* backToPicture(race, start, end) {
  let [own, other] = [0, 1]; // shares of the line: the answer is kept, the answer is flipped
  for (let halving = 0; halving < HALVINGS; halving++) {
    const share = (own + other) / 2;
    const { beyond } = yield* race.read(between(start, end, share));
    if (beyond > 0) other = share;
    else own = share;
  }
  return between(start, end, other);
}

/** Rounded levels a share of the way from one picture to another. */
const between = (start, end, share) =>
  Uint8Array.from(start, (level, i) => Math.round(level + share * (end[i] - level)));
