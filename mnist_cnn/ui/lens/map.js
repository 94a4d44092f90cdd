// One channel of a layer, or the picture, as a canvas with one pixel for a number.
import { IMAGE } from "../maps/network.js";
import { pageScale } from "../maps/colormap.js";
import { inkScale } from "./ink.js";

/** What a layer made of the picture: {name, shape, values}; of "image", the picture from 0 to 1. */
export function mapOf({ image, layers, network }, name) {
  if (name !== IMAGE) return layers.get(name);
  return { name, shape: network.input, values: Float32Array.from(image, (level) => level / 255) };
}

/** In which colours a layer is shown: ink is ink everywhere. */
export const scaleOf = (name) => (name === IMAGE ? inkScale() : pageScale());

/** The numbers of one channel, row by row. */
export function channelOf({ shape, values }, channel) {
  const channels = shape[2];
  return Float32Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]);
}

/** The number that is shown strongest: of the picture full ink, of a map its channel's largest. */
export const strongestOf = (name, numbers) =>
  name === IMAGE ? 1 : numbers.reduce((most, number) => Math.max(most, number), 1e-9);

/**
 * @param canvas takes the size of the map
 * @param numbers of one channel, as channelOf returns them
 * @param {Uint8Array} [written] the places that are shown; the others stay empty
 */
export function paintMap(canvas, { name, shape: [height, width] }, numbers, written = null) {
  const { pixels } = scaleOf(name);
  const strongest = strongestOf(name, numbers);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const colors = new Uint32Array(image.data.buffer);
  numbers.forEach((number, i) => {
    if (written && !written[i]) return;
    colors[i] = pixels[Math.round((Math.max(0, number) / strongest) * 255)];
  });
  context.putImageData(image, 0, 0);
}
