// A picture that excites a channel most, by gradient ascent: mnist_cnn/activation_maximization.py says
// how, and why; here in fewer steps. Of several starts the one that is ahead after some goes on alone.
import { Slopes } from "../explain/slopes.js";
import { windows } from "../reader/layers.js";
import { Network } from "../reader/network.js";
import { IMAGE_SIZE } from "../reader/preprocess.js";
import { fieldsOf } from "./layers.js";

const SEED = 28;
const STARTS = [2, 16]; // fewest and most: in small patches there are more to choose from, and
const PIXELS = 2000; // in all of them together
const TRIED = 15; // steps, until one start goes on
const STEPS = 60;
const LEARNING_RATE = 0.25;
const GAIN = 3; // makes up for the contrast that the blur takes
const FREE = 4; // pixels: patches up to this have no room for noise,
const FULL = 12; // and from this on all is applied
const RIM = 4; // pixels around the box that every digit is fitted to: no ink was ever there
// Penalties, in units of the mean sensitivity to a pixel, so that they suit every channel.
const EDGES = 0.5; // for each unit of total variation
const INK = 0.1; // for each pixel of full ink

/**
 * The same each time; a generator which yields how much is done.
 * @param about {network, layer, channel}: the Network, and the name of a layer that is not flatten
 * @returns {{width, height, levels: Uint8Array}} 255 is ink; of a map as large as a cell sees, of
 *   units as large as the picture
 */
export function* excite({ network, layer, channel }) {
  const cell = new Cell(network, layer, channel);
  const strokes = new Strokes(cell.height, cell.width);
  const random = seeded(SEED);
  const pixels = cell.height * cell.width;
  const starts = Math.min(STARTS[1], Math.max(STARTS[0], Math.round(PIXELS / pixels)));
  let climbers = Array.from({ length: starts }, () => new Climber(pixels, random));
  for (let step = 0; step < STEPS; step++) {
    if (step === TRIED) climbers = [yield* best(climbers, cell, strokes)];
    for (const climber of climbers) {
      const picture = strokes.draw(climber.place);
      const { slopes } = yield* cell.feel(picture);
      climber.step(strokes.slope(picture, slopes), step);
    }
    yield (step + 1) / STEPS;
  }
  const levels = Uint8Array.from(strokes.draw(climbers[0].place), (ink) => Math.round(255 * ink));
  return { width: cell.width, height: cell.height, levels };
}

// One number of a layer with what it sees. It gives what the last kernel gives, before its activation: a
// rectified cell that is off has no slope to climb.
class Cell {
  constructor(network, name, channel) {
    const layers = network.layers.slice(0, network.layers.findIndex((layer) => layer.name === name) + 1);
    const last = layers.findLastIndex(({ kind }) => kind === "Conv2D" || kind === "Dense");
    const mapped = layers.at(-1).shape.length === 3;
    [this.height, this.width] = mapped ? fieldsOf({ layers }).get(name).size : [IMAGE_SIZE, IMAGE_SIZE];
    const input = [this.height, this.width, 1];
    let before = input;
    const own = layers.map((layer, i) => {
      const patch = { ...layer, activation: i < last ? layer.activation : undefined };
      if (mapped) Object.assign(patch, { padding: "valid", shape: without(before, layer) });
      before = patch.shape;
      return patch;
    });
    const arrays = layers.flatMap((layer) => network.weights.get(layer.name) ?? []).values();
    this.network = new Network(null, { head: { input, layers: own }, arrays });
    this.slopes = new Slopes(this.network);
    this.name = name;
    this.wanted = new Float64Array(before.at(-1));
    this.wanted[channel] = 1;
  }

  /** How much a picture of 0 to 1 excites it, and how much each pixel does; a generator. */
  *feel(image) {
    const reading = { image, layers: yield* this.network.following(null, image) };
    const { picture } = yield* this.slopes.finding(reading, reading, this.wanted);
    return { value: reading.layers.get(this.name).sums[this.wanted.indexOf(1)], slopes: picture() };
  }
}

/** The shape a layer of maps gives without padding. */
function without(before, { size = [1, 1], stride = [1, 1], shape }) {
  const [down, right] = windows(before, { size, stride, padding: "valid" });
  return [down.length, right.length, shape.at(-1)];
}

function* best(climbers, cell, strokes) {
  let [first, most] = [null, -Infinity];
  for (const climber of climbers) {
    const { value } = yield* cell.feel(strokes.draw(climber.place));
    if (value > most) [first, most] = [climber, value];
  }
  return first;
}

/** What goes down a slope, ever slower: Adam (Kingma and Ba, 2015). */
class Climber {
  constructor(count, random) {
    this.place = Float64Array.from({ length: count }, () => normal(random) * 0.15 - 0.5);
    this.mean = new Float64Array(count);
    this.square = new Float64Array(count);
  }

  step(slope, step) {
    const rate = (LEARNING_RATE * (1 - (0.9 * (step + 1)) / STEPS)) / (1 - 0.9 ** (step + 1));
    const scale = 1 - 0.99 ** (step + 1);
    slope.forEach((down, i) => {
      this.mean[i] += 0.1 * (down - this.mean[i]);
      this.square[i] += 0.01 * (down ** 2 - this.square[i]);
      this.place[i] -= (rate * this.mean[i]) / (Math.sqrt(this.square[i] / scale) + 1e-7);
    });
  }
}

/** What makes strokes of noise, for pictures of one size. */
class Strokes {
  constructor(height, width) {
    Object.assign(this, { height, width });
    this.strictness = Math.min(1, Math.max(0, (Math.min(height, width) - FREE) / (FULL - FREE)));
    this.down = blur(height, this.strictness);
    this.across = blur(width, this.strictness);
    const rim = height === IMAGE_SIZE && width === IMAGE_SIZE ? RIM : 0;
    const inside = (at, side) => at >= rim && at < side - rim;
    this.frame = Uint8Array.from({ length: height * width }, (_, i) =>
      Number(inside(Math.floor(i / width), height) && inside(i % width, width)),
    );
  }

  /** A picture of 0 to 1 of any numbers. */
  draw(place) {
    const blurred = product(this.down, place, this.across);
    return Float64Array.from(blurred, (sum, i) => this.frame[i] / (1 + Math.exp(-GAIN * sum)));
  }

  /**
   * By the numbers a picture was drawn of: which way excites less, with more ink and more edges.
   * @param uphill how much each pixel excites
   */
  slope(picture, uphill) {
    const size = uphill.reduce((sum, slope) => sum + Math.abs(slope), 0) / uphill.length || 1;
    const price = EDGES * this.strictness;
    const edges = this.#edges(picture);
    const sums = picture.map(
      (ink, i) => (price * edges[i] + INK - uphill[i] / size) * GAIN * ink * (1 - ink),
    );
    return product(transposed(this.down), sums, transposed(this.across));
  }

  /** How much more each pixel's ink makes the total variation; paper lies around. */
  #edges(picture) {
    const { height, width } = this;
    const at = (row, column) =>
      row < 0 || column < 0 || row === height || column === width ? 0 : picture[row * width + column];
    const found = new Float64Array(picture.length);
    for (let row = -1; row < height; row++) {
      for (let column = -1; column < width; column++) {
        const [right, below] = [at(row, column + 1) - at(row, column), at(row + 1, column) - at(row, column)];
        const steepness = Math.sqrt(right ** 2 + below ** 2 + 1e-3); // smooth where nothing changes
        const i = row * width + column;
        if (row >= 0 && column >= 0) found[i] -= (right + below) / steepness;
        if (row >= 0 && column < width - 1) found[i + 1] += right / steepness;
        if (column >= 0 && row < height - 1) found[i + width] += below / steepness;
      }
    }
    return found;
  }
}

/** The rows of a matrix that blurs by a pixel, or less; each sums to 1. */
function blur(side, strictness) {
  const sigma = Math.max(strictness, 0.01);
  return Array.from({ length: side }, (_, i) => {
    const row = Float64Array.from({ length: side }, (__, j) => Math.exp(-0.5 * ((i - j) / sigma) ** 2));
    const sum = row.reduce((total, weight) => total + weight, 0);
    return row.map((weight) => weight / sum);
  });
}

const transposed = (rows) => rows.map((_, i) => Float64Array.from(rows, (row) => row[i]));

/** Numbers in rows, mixed along both axes: down × numbers × acrossᵀ. */
function product(down, numbers, across) {
  const [height, width] = [down.length, across.length];
  const mixed = new Float64Array(numbers.length);
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < height; i++) {
      const weight = down[row][i];
      if (weight < 1e-9) continue;
      for (let column = 0; column < width; column++) mixed[row * width + column] += weight * numbers[i * width + column];
    }
  }
  return mixed.map((_, at) => {
    const from = at - (at % width);
    return across[at % width].reduce((sum, weight, j) => sum + weight * mixed[from + j], 0);
  });
}

/** Numbers from 0 to 1, the same each time: Marsaglia's xorshift, 2003. */
export function seeded(seed) {
  let state = seed * 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Box and Muller, 1958. */
const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
