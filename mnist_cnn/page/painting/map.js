// One channel of a layer, or the picture itself, as a canvas with one pixel for each number.
import { IMAGE } from "../state/layers.js";
import { IMAGE_SIZE } from "../reader/preprocess.js";
import { canvasFrom } from "./canvas.js";
import { inkScale, pageScale, signedPixel } from "./colormap.js";

const HEAT_GAIN = 1.4; // brightens heat, because the strongest pixels are few

/** What a layer made of the picture: {name, shape, signed, values}; for "image" the picture, 0 to 1. */
export function mapOf({ image, layers, network }, name) {
  if (name !== IMAGE) return layers.get(name);
  const values = Float32Array.from(image, (level) => level / 255);
  return { name, shape: network.input, signed: false, values };
}

const scaleOf = (name) => (name === IMAGE ? inkScale() : pageScale());

/** A function from a number of a map to its CSS background and text colour; `most`: the largest size. */
export const shadeOf = ({ name, signed }, most) => {
  const scale = scaleOf(name);
  return (number) => scale.shade(number / most, signed);
};

/** The numbers of one channel, row by row. */
export function channelOf({ shape, values }, channel) {
  const channels = shape[2];
  return Float32Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]);
}

/** The size that gets the strongest colour: of the picture full ink, of a map its channel's largest. */
export const strongestOf = (name, numbers) => (name === IMAGE ? 1 : largest(numbers));

/** The size of the largest number, whatever its sign; never 0, so that one can divide by it. */
export const largest = (numbers) =>
  numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1e-9);

/** Shares of an answer, one for each pixel of the picture, as heat: blue for, orange against. */
export function heatFrom(shares) {
  const most = largest(shares) / HEAT_GAIN;
  return canvasFrom(shares, IMAGE_SIZE, (share) => signedPixel(share / most));
}

/**
 * Paint one channel.
 * @param canvas is resized to the map
 * @param numbers of the channel, as channelOf returns them
 * @param {Uint8Array} [written] the places to show; the others stay empty
 */
export function paintMap(canvas, { name, shape: [height, width], signed }, numbers, written = null) {
  const { pixels, zero, span } = scaleOf(name).levels(signed);
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
