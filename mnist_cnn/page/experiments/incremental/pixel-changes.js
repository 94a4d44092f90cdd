// The logits of a picture with one pixel changed: only the numbers that this changes are computed anew,
// layer by layer, from the network's reading of the original picture.
import { windows } from "../../reader/layers.js";
import { mean } from "../../reader/math.js";

export class Changes {
  /** @param {Network} network whose last layer is dense */
  constructor(network) {
    let before = network.input;
    this.layers = network.passes.map((layer) => {
      const spread = SPREAD[layer.kind]({ ...layer, before, arrays: network.weights.get(layer.name) });
      before = layer.shape;
      return { ...layer, spread };
    });
  }

  /**
   * The sums of the last layer with one pixel changed.
   * @param {Float32Array} pixels of the original picture, 0 to 1
   * @param layers what `network.read` returned for it
   * @param {number} place of the pixel that changes
   * @param {number} pixel its new value, 0 to 1
   */
  sums(pixels, layers, place, pixel) {
    let change = { old: pixels, ...changed(pixels, [place], [pixel]) };
    for (const { name, spread, activate } of this.layers) {
      const { sums, values } = layers.get(name);
      const { sums: found, at } = spread(sums, change);
      if (name === this.layers.at(-1).name) return found;
      change = { old: values, ...changed(values, at, activate(picked(found, at))) };
    }
  }
}

/** A copy of `numbers` with `others` at the places `at`, and the places that differ. */
function changed(numbers, at, others) {
  const now = numbers.slice();
  at.forEach((place, i) => (now[place] = others[i]));
  return { now, at: at.filter((place) => now[place] !== numbers[place]) };
}

function picked(numbers, at) {
  const found = new Float64Array(at.length);
  at.forEach((place, i) => (found[i] = numbers[place]));
  return found;
}

// Each kind of layer takes its sums before the change, and {old, now, at}: its input before and after,
// and the places that differ. It returns {sums, at}: its new sums, and the places that may differ.

/** Every changed number changes all windows it is in. */
function convolution({ before, shape, arrays: [kernel], ...layer }) {
  const filters = shape[2];
  const channels = before[2];
  const windowsWith = covering(before, shape, layer);

  return (sums, { old, now, at }) => {
    const found = new Float64Array(sums);
    const cells = new Set();
    for (const i of at) {
      const change = now[i] - old[i];
      for (const [cell, inWindow] of windowsWith[Math.floor(i / channels)]) {
        cells.add(cell);
        add(found, cell * filters, change, (inWindow * channels + (i % channels)) * filters);
      }
    }
    return { sums: found, at: [...cells].flatMap((cell) => run(cell * filters, filters)) };
  };

  function add(found, to, change, from) {
    for (let filter = 0; filter < filters; filter++) found[to + filter] += change * kernel[from + filter];
  }
}

const run = (first, count) => Array.from({ length: count }, (_, i) => first + i);

/** For each input cell, the windows it is in: [output cell, place in the window]. */
function covering(before, [rows, columns], { size, stride, padding }) {
  const [height, width] = before;
  const [down, right] = windows(before, { size, stride, padding });
  const found = Array.from({ length: height * width }, () => []);
  for (let cell = 0; cell < rows * columns; cell++) {
    for (let inWindow = 0; inWindow < size[0] * size[1]; inWindow++) {
      const row = down[Math.floor(cell / columns)] + Math.floor(inWindow / size[1]);
      const column = right[cell % columns] + (inWindow % size[1]);
      const isInside = row >= 0 && row < height && column >= 0 && column < width;
      if (isInside) found[row * width + column].push([cell, inWindow]);
    }
  }
  return found;
}

/** Pools the windows of the changed numbers anew. */
const pooling = (pool) =>
  function ({ before, shape, ...layer }) {
    const channels = shape[2];
    const windowsWith = covering(before, shape, layer);
    const read = Array.from({ length: shape[0] * shape[1] }, () => []); // input cells of each window
    windowsWith.forEach((own, from) => own.forEach(([cell]) => read[cell].push(from * channels)));

    return (sums, { now, at }) => {
      const found = sums.slice();
      const pooled = new Set();
      for (const i of at) {
        const channel = i % channels;
        for (const [cell] of windowsWith[(i - channel) / channels]) pooled.add(cell * channels + channel);
      }
      for (const i of pooled) {
        const channel = i % channels;
        found[i] = pool(read[(i - channel) / channels].map((from) => now[from + channel]));
      }
      return { sums: found, at: [...pooled] };
    };
  };

function dense({ shape: [units], arrays: [kernel] }) {
  return (sums, { old, now, at }) => {
    const found = new Float64Array(sums);
    for (const i of at) {
      const change = now[i] - old[i];
      for (let unit = 0; unit < units; unit++) found[unit] += change * kernel[i * units + unit];
    }
    return { sums: found, at: run(0, units) };
  };
}

/** Every changed number changes the one in its place. */
const inPlace = ({ sumUp }) => (sums, { now, at }) => ({ sums: sumUp(now), at });

const SPREAD = {
  Conv2D: convolution,
  MaxPooling2D: pooling((numbers) => Math.max(...numbers)),
  AveragePooling2D: pooling(mean),
  Flatten: inPlace,
  Dense: dense,
  BatchNormalization: inPlace,
};
