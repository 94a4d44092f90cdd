// Cells worth working out by hand, the best first. A map is {shape: [rows, columns, channels], values}.
import { windows } from "../reader/layers.js";
import { mean } from "../reader/math.js";

const CLEAR = 0.05; // lead of a window's largest number: less is hard to see in two decimals
const MAX_CELLS = 200; // returned
const MIN_INK = 4; // pixels of a patch
const FALLBACK = 1e-3; // weight of the strength alone, which ranks the remaining cells

/**
 * Cells of a first convolution that are on and whose patch has both paper and ink, ranked by the value
 * relative to its channel's largest and by the contrast of the patch; if there are none, the strongest.
 * @param layer of the network: {size, stride, padding}
 * @param {Uint8Array} image its input, as many rows and columns as the next parameter says
 * @returns {number[][]} [row, column, channel]
 */
export function convolutionCells(layer, image, [height, width], map) {
  const picture = { shape: [height, width, 1], values: image };
  const mixed = windowsOf(layer, picture, (pixels) => {
    const inked = pixels.filter((pixel) => pixel > 0).length;
    const isMixed = inked >= MIN_INK && inked < layer.size[0] * layer.size[1];
    return isMixed ? standardDeviation(pixels) / 128 : 0;
  });
  return best(map, (value, strength, place) => (value > 0.1 ? strength * mixed[place] : 0));
}

/** Cells of a pooling layer whose numbers differ and have a clear largest. */
export function poolingCells(layer, read, map) {
  const most = largestOfChannels(read);
  const scores = windowsOf(layer, read, (numbers, channel) => {
    const rising = numbers.toSorted((a, b) => a - b);
    const steps = rising.slice(1).map((number, i) => number - rising[i]);
    const clear = steps.at(-1) >= CLEAR;
    const different = clear ? steps.filter((step) => step >= CLEAR / 2).length : 0;
    const on = numbers.filter((number) => number > 0).length;
    const strength = rising.at(-1) / Math.max(most[channel], 1e-6);
    return different * on * strength + FALLBACK * strength;
  });
  return sorted(map.shape, scores);
}

/** What `judge` returns for the numbers of each window and its channel, in the order of the cells. */
function windowsOf(layer, { shape: [height, width, channels], values }, judge) {
  const { size } = layer;
  const [down, right] = windows([height, width], layer);
  const found = [];
  for (const top of down) {
    for (const left of right) {
      for (let channel = 0; channel < channels; channel++) {
        const numbers = [];
        for (let row = Math.max(0, top); row < Math.min(height, top + size[0]); row++) {
          for (let column = Math.max(0, left); column < Math.min(width, left + size[1]); column++) {
            numbers.push(values[(row * width + column) * channels + channel]);
          }
        }
        found.push(judge(numbers, channel));
      }
    }
  }
  return found;
}

/** The cells of a map by what `judge` returns for (value, strength in its channel, place). */
function best(map, judge) {
  const channels = map.shape[2];
  const most = largestOfChannels(map);
  const scores = Array.from(map.values, (value, i) => {
    const strength = value / Math.max(most[i % channels], 1e-6);
    return judge(value, strength, Math.floor(i / channels)) + FALLBACK * strength;
  });
  return sorted(map.shape, scores);
}

function sorted([, columns, channels], scores) {
  const order = [...scores.keys()].toSorted((a, b) => scores[b] - scores[a]).slice(0, MAX_CELLS);
  const kept = scores[order[0]] > 0 ? order.filter((i) => scores[i] > 0) : order.slice(0, 1);
  return kept.map((i) => {
    const place = Math.floor(i / channels);
    return [Math.floor(place / columns), place % columns, i % channels];
  });
}

function largestOfChannels({ shape: [, , channels], values }) {
  const most = new Float64Array(channels).fill(-Infinity);
  values.forEach((value, i) => (most[i % channels] = Math.max(most[i % channels], value)));
  return most;
}

function standardDeviation(numbers) {
  const centre = mean(numbers);
  return Math.sqrt(mean(numbers.map((number) => (number - centre) ** 2)));
}
