// The smallest change of pixels that flips the answer, counted two ways.
//
// Fewest pixels: gradients say which pixels move one logit past another most, as in Papernot and
// others, The Limitations of Deep Learning in Adversarial Settings (2016). The best of them are tried,
// the best of those is kept, and so on until the answer flips. Then every pixel that turns out not to
// be needed is put back. It is a greedy search: fewer may be possible.
//
// Smallest norm: DeepFool (Moosavi-Dezfooli, Fawzi and Frossard, 2016): again and again to where the
// nearest boundary would be if the network were linear, here inside the box of possible pixels; then
// as far back towards the picture as the answer stays flipped.
import { Slopes } from "../explain/slopes.js";
import { Changes } from "./changes.js";
import { largestAt, readingOf } from "./course.js";
import { rowsOf } from "./rows.js";

const RIVALS = 3; // digits the answer may flip to, the likeliest: more are hardly ever nearer
const TRIED = 32; // changes of a pixel tried in each step
const MOST_PIXELS = 60; // changed before the search gives up
const MOST_STEPS = 40; // of DeepFool
const OVERSHOOT = 0.02; // beyond the boundary, as in the paper
const BEYOND = 1e-3; // of a logit: a boundary is passed, not only reached
const HALVINGS = 8; // of the way back to the picture
const FULL = 255; // the level of full ink

/** A picture that is read otherwise, with few pixels set to paper or full ink; as `flipped` says. */
export const fewestPixels = (network, image) => flipped(network, image, greedy);

/** A picture that is read otherwise, changed a little everywhere; as `flipped` says. */
export const smallestNorm = (network, image) => flipped(network, image, deepFool);

/**
 * A generator, which yields now and then, a number from 0 to 1: how much of the answer's lead is gone.
 * @param {Network} network whose last layer is dense, with softmax
 * @param {Uint8Array} image 28×28 pixels, 255 is ink
 * @returns {null | {image: number[][], pixels: number[][], before, after: number[], digit, other: number,
 *   norm: number}} the changed picture; [row, column] of each changed pixel; the probabilities of both
 *   pictures, and the digits they are read as; the root of the sum of squares of the changes, pixels in
 *   0..1. null: the search gave up
 */
function* flipped(network, image, search) {
  const own = yield* readingOf(network, image);
  const changed = yield* search(new Race(network, own.digit), image);
  if (!changed) return null;
  const { digit: other, probabilities: after } = yield* readingOf(network, changed);
  const places = [...image.keys()].filter((place) => changed[place] !== image[place]);
  return {
    image: rowsOf(changed),
    pixels: places.map((place) => [Math.floor(place / 28), place % 28]),
    before: [...own.probabilities],
    after: [...after],
    digit: own.digit,
    other,
    norm: Math.hypot(...places.map((place) => (changed[place] - image[place]) / FULL)),
  };
}

/** The logits of all digits against the one that is read. */
class Race {
  #network;
  #slopes;
  #changes;
  #lead = null; // of the first picture

  constructor(network, digit) {
    this.#network = network;
    this.#slopes = new Slopes(network);
    this.#changes = new Changes(network);
    this.digit = digit;
  }

  /** What the network makes of levels: {image, layers, logits, beyond}. */
  *read(levels) {
    const layers = yield* this.#network.reading(levels);
    const logits = layers.get(this.#network.layers.at(-1).name).sums;
    return { image: levels, layers, logits, beyond: this.#beyond(logits) };
  }

  /** How far the next digit is beyond the answer; above 0 the answer has flipped. */
  #beyond(logits) {
    return Math.max(...logits.filter((_, digit) => digit !== this.digit)) - logits[this.digit];
  }

  /** How much of the lead is gone. */
  share({ beyond }) {
    this.#lead ??= -beyond;
    return Math.min(1, Math.max(0, 1 + beyond / this.#lead));
  }

  /** The best of some changes of a pixel, [place, level], as it is read. */
  *best(reading, tries) {
    const { image, layers } = reading;
    const pixels = Float32Array.from(image, (level) => level / FULL);
    const beyond = [];
    for (const [place, level] of tries) {
      beyond.push(this.#beyond(this.#changes.sums(pixels, layers, place, level / FULL)));
      yield;
    }
    const levels = image.slice();
    const [place, level] = tries[largestAt(beyond)];
    levels[place] = level;
    return yield* this.read(levels);
  }

  /**
   * Other digits, the likeliest first: {gap, slopes}, the gap to close, and how each pixel from 0 to 1
   * closes it.
   */
  *rivals({ logits, ...reading }, count) {
    const others = [...logits.keys()].filter((digit) => digit !== this.digit);
    const found = [];
    for (const rival of others.toSorted((a, b) => logits[b] - logits[a]).slice(0, count)) {
      const wanted = new Float64Array(logits.length);
      wanted[rival] = 1;
      wanted[this.digit] = -1;
      const { picture } = yield* this.#slopes.finding(reading, reading, wanted);
      found.push({ gap: logits[this.digit] - logits[rival], slopes: picture() });
    }
    return found;
  }
}

/** Levels with few of them changed, or null. */
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

/** Changes of a pixel more that promise most if the network were linear, [place, level]. */
function promising(rivals, levels, start) {
  const untouched = [...levels.keys()].filter((place) => levels[place] === start[place]);
  const all = rivals.flatMap(({ gap, slopes }) =>
    untouched.map((place) => {
      const level = slopes[place] > 0 ? FULL : 0;
      return { change: [place, level], promise: (slopes[place] * (level - levels[place])) / FULL - gap };
    }),
  );
  const changes = all.filter(({ change: [place, level] }) => level !== levels[place]);
  const best = changes.toSorted((a, b) => b.promise - a.promise).slice(0, TRIED);
  return best.map(({ change }) => change);
}

/** Pixels are put back as long as the answer stays flipped, the least needed first. */
function* withoutNeedless(race, first, start) {
  for (let reading = first; ; ) {
    const { image } = reading;
    const changed = [...image.keys()].filter((place) => image[place] !== start[place]);
    reading = yield* race.best(reading, changed.map((place) => [place, start[place]]));
    if (reading.beyond <= 0) return image;
  }
}

/** Levels with little changed, or null. */
function* deepFool(race, start) {
  let reading = yield* race.read(Float64Array.from(start));
  for (let step = 0; step < MOST_STEPS; step++) {
    yield race.share(reading);
    const levels = toBoundary(yield* race.rivals(reading, Infinity), reading.image);
    reading = yield* race.read(levels);
    const whole = yield* race.read(between(start, levels, 1));
    if (whole.beyond > 0) return yield* wayBack(race, start, levels);
  }
  return null;
}

/** Levels a little beyond the nearest boundary, if the network were linear. */
function toBoundary(rivals, levels) {
  const free = rivals.map(({ gap, slopes }) => {
    const own = slopes.map((slope, i) => ((slope > 0 ? levels[i] < FULL : levels[i] > 0) ? slope : 0));
    return { gap: Math.max(gap, 0), slopes: own, steepness: own.reduce((sum, slope) => sum + slope ** 2, 1e-12) };
  });
  const far = free.map(({ gap, steepness }) => gap / Math.sqrt(steepness));
  const { gap, slopes, steepness } = free[far.indexOf(Math.min(...far))];
  const length = ((1 + OVERSHOOT) * (gap + BEYOND)) / steepness;
  return levels.map((level, i) => Math.min(FULL, Math.max(0, level + FULL * length * slopes[i])));
}

/** The nearest to the picture of those on the way from it that are read otherwise. */
function* wayBack(race, start, end) {
  let [own, other] = [0, 1]; // shares of the way: where the answer is still its own, and where not
  for (let halving = 0; halving < HALVINGS; halving++) {
    const share = (own + other) / 2;
    const { beyond } = yield* race.read(between(start, end, share));
    if (beyond > 0) other = share;
    else own = share;
  }
  return between(start, end, other);
}

/** Whole levels on the way from one picture to another. */
const between = (start, end, share) =>
  Uint8Array.from(start, (level, i) => Math.round(level + share * (end[i] - level)));
