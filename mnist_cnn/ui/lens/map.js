// One channel of a layer, or the picture, as a canvas with one pixel for a number.
import { IMAGE } from "../maps/network.js";
import { pageScale } from "../maps/colormap.js";
import { inkScale } from "./ink.js";

/** What a layer made of the picture: {name, shape, signed, values}; of "image", the picture from 0 to 1. */
export function mapOf({ image, layers, network }, name) {
  if (name !== IMAGE) return layers.get(name);
  const values = Float32Array.from(image, (level) => level / 255);
  return { name, shape: network.input, signed: false, values };
}

/** What gives a number of a map, as a share of `most`, its background and text: ink is ink everywhere. */
export function shadeOf({ name, signed }, most) {
  const scale = name === IMAGE ? inkScale() : pageScale();
  return (number) => scale.shade(number / most, signed);
}

/** The numbers of one channel, row by row. */
export function channelOf({ shape, values }, channel) {
  const channels = shape[2];
  return Float32Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]);
}

/** The size that is shown strongest: of the picture full ink, of a map its channel's largest. */
export const strongestOf = (name, numbers) => (name === IMAGE ? 1 : largest(numbers));

/** The size of the largest number, whatever its sign. */
export const largest = (numbers) =>
  numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1e-9);

/**
 * @param canvas takes the size of the map
 * @param numbers of one channel, as channelOf returns them
 * @param {Uint8Array} [written] the places that are shown; the others stay empty
 */
export function paintMap(canvas, { name, shape: [height, width], signed }, numbers, written = null) {
  const { pixels, zero, span } = name === IMAGE ? inkScale().levels() : pageScale().levels(signed);
  const strongest = strongestOf(name, numbers);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const colors = new Uint32Array(image.data.buffer);
  numbers.forEach((number, i) => {
    if (written && !written[i]) return;
    colors[i] = pixels[Math.round((number / strongest) * span + zero)];
  });
  context.putImageData(image, 0, 0);
}
