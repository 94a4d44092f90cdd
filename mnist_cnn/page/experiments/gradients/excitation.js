// Activation maximization: a picture that excites a channel most, by gradient ascent. The method and its
// sources are in mnist_cnn/making/excitation.py; this one takes fewer steps: of several starts, only
// the one ahead after TRIED steps goes on.
import { Gradients } from "../../explain/gradients.js";
import { windows } from "../../reader/layers.js";
import { Network } from "../../reader/network.js";
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { fieldsOf } from "../summary.js";

const SEED = 28;
const STARTS = [2, 16]; // fewest and most: small patches are cheap and get more,
const PIXELS = 2000; // so many pixels in all starts together
const TRIED = 15; // steps until only the best start goes on
const STEPS = 60;
const LEARNING_RATE = 0.25;
const GAIN = 3; // restores the contrast that the blur removes
const FREE = 4; // pixels: patches up to this side have no room for noise and no penalty on edges
const FULL = 12; // pixels: from this side on the whole penalty applies
const RIM = 4; // pixels around the box that every digit is scaled into: training never saw ink there
// Penalties, in units of the mean sensitivity to a pixel, so that they suit every channel.
const EDGES = 0.5; // for each unit of total variation
const INK = 0.1; // for each pixel of full ink

/**
 * A generator, which yields how much is done, 0 to 1. It returns the same picture each time.
 * @param about {network, layer, channel}: the Network, and the name of a layer that is not flatten
 * @returns {{width, height, levels: Uint8Array}} 255 is ink; as large as the receptive field of a map's
 *   cell, or as the whole picture for a unit
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
      const { gradients } = yield* cell.evaluate(picture);
      climber.step(strokes.gradient(picture, gradients), step);
    }
    yield (step + 1) / STEPS;
  }
  const levels = Uint8Array.from(strokes.draw(climbers[0].place), (ink) => Math.round(255 * ink));
  return { width: cell.width, height: cell.height, levels };
}

/**
 * One number of a layer as a network of its own, whose input is the receptive field. It stops before the
 * last activation: a ReLU that is off has no gradient to climb.
 */
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
      if (mapped) Object.assign(patch, { padding: "valid", shape: shapeWithoutPadding(before, layer) });
      before = patch.shape;
      return patch;
    });
    const arrays = layers.flatMap((layer) => network.weights.get(layer.name) ?? []).values();
    this.network = new Network(null, { head: { input, layers: own }, arrays });
    this.gradients = new Gradients(this.network);
    this.name = name;
    this.wanted = new Float64Array(before.at(-1));
    this.wanted[channel] = 1;
  }

  /** Its value on a picture of 0 to 1, and the gradient for each pixel; a generator. */
  *evaluate(image) {
    const reading = { image, layers: yield* this.network.following(null, image) };
    const { picture } = yield* this.gradients.finding(reading, reading, this.wanted);
    return { value: reading.layers.get(this.name).sums[this.wanted.indexOf(1)], gradients: picture() };
  }
}

/** The output shape of a layer of maps without padding. */
function shapeWithoutPadding(before, { size = [1, 1], stride = [1, 1], shape }) {
  const [down, right] = windows(before, { size, stride, padding: "valid" });
  return [down.length, right.length, shape.at(-1)];
}

function* best(climbers, cell, strokes) {
  let [first, most] = [null, -Infinity];
  for (const climber of climbers) {
    const { value } = yield* cell.evaluate(strokes.draw(climber.place));
    if (value > most) [first, most] = [climber, value];
  }
  return first;
}

/** Adam (Kingma and Ba, 2015) with a falling learning rate, on one start. */
class Climber {
  constructor(count, random) {
    this.place = Float64Array.from({ length: count }, () => normal(random) * 0.15 - 0.5);
    this.mean = new Float64Array(count);
    this.square = new Float64Array(count);
  }

  step(gradient, step) {
    const rate = (LEARNING_RATE * (1 - (0.9 * (step + 1)) / STEPS)) / (1 - 0.9 ** (step + 1));
    const scale = 1 - 0.99 ** (step + 1);
    gradient.forEach((down, i) => {
      this.mean[i] += 0.1 * (down - this.mean[i]);
      this.square[i] += 0.01 * (down ** 2 - this.square[i]);
      this.place[i] -= (rate * this.mean[i]) / (Math.sqrt(this.square[i] / scale) + 1e-7);
    });
  }
}

/** Turns free numbers into pictures of strokes of one size: blurred, squashed to 0 to 1, framed. */
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

  /** The picture, 0 to 1, of any numbers. */
  draw(place) {
    const blurred = product(this.down, place, this.across);
    return Float64Array.from(blurred, (sum, i) => this.frame[i] / (1 + Math.exp(-GAIN * sum)));
  }

  /**
   * The gradient of the loss with respect to the numbers a picture was drawn from.
   * @param uphill the gradient of the excitation with respect to the pixels
   */
  gradient(picture, uphill) {
    const size = uphill.reduce((sum, up) => sum + Math.abs(up), 0) / uphill.length || 1;
    const price = EDGES * this.strictness;
    const edges = this.#edges(picture);
    const sums = picture.map(
      (ink, i) => (price * edges[i] + INK - uphill[i] / size) * GAIN * ink * (1 - ink),
    );
    return product(transposed(this.down), sums, transposed(this.across));
  }

  /** The gradient of the total variation with respect to each pixel; around the picture is paper. */
  #edges(picture) {
    const { height, width } = this;
    const at = (row, column) =>
      row < 0 || column < 0 || row === height || column === width ? 0 : picture[row * width + column];
    const found = new Float64Array(picture.length);
    for (let row = -1; row < height; row++) {
      for (let column = -1; column < width; column++) {
        const [right, below] = [at(row, column + 1) - at(row, column), at(row + 1, column) - at(row, column)];
        const steepness = Math.sqrt(right ** 2 + below ** 2 + 1e-3); // differentiable where nothing changes
        const i = row * width + column;
        if (row >= 0 && column >= 0) found[i] -= (right + below) / steepness;
        if (row >= 0 && column < width - 1) found[i + 1] += right / steepness;
        if (column >= 0 && row < height - 1) found[i + width] += below / steepness;
      }
    }
    return found;
  }
}

/** The rows of a matrix that blurs by up to a pixel; each row sums to 1. */
function blur(side, strictness) {
  const sigma = Math.max(strictness, 0.01);
  return Array.from({ length: side }, (_, i) => {
    const row = Float64Array.from({ length: side }, (__, j) => Math.exp(-0.5 * ((i - j) / sigma) ** 2));
    const sum = row.reduce((total, weight) => total + weight, 0);
    return row.map((weight) => weight / sum);
  });
}

const transposed = (rows) => rows.map((_, i) => Float64Array.from(rows, (row) => row[i]));

/** The matrix product down × numbers × acrossᵀ. */
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

/** A generator of random numbers from 0 to 1, the same for a seed: xorshift (Marsaglia, 2003). */
export function seeded(seed) {
  let state = seed * 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A normally distributed random number (Box and Muller, 1958). */
const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
