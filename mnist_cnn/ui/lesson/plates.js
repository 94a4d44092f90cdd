// Small pictures made of numbers, each a canvas with one pixel for a number.
import { PAPER, signedPixel } from "../maps/colormap.js";
import { make } from "../lens/elements.js";

/** Ink, 0 to 255, dark on white. */
export const inkPlate = (rows) =>
  plate(rows, (level) => (0xff000000 | ((255 - level) * 0x010101)) >>> 0);

/** Levels, 0 to 255, in the colours of the maps. */
export const levelPlate = (rows) => plate(rows, (level) => PAPER.pixels[level]);

/** Numbers from 0 on, the largest as bright as `most`. */
export const numberPlate = (rows, most = largest(rows)) =>
  plate(rows, (value) => PAPER.pixels[Math.round((Math.max(0, value) / most) * 255)]);

/** Numbers with a sign: blue above 0, orange below. */
export const signedPlate = (rows, most = largest(rows)) =>
  plate(rows, (value) => signedPixel(value / most));

/** A picture whose pixels `color` makes, as little-endian RGBA, of what is in `rows`. */
export function plate(rows, color) {
  const canvas = make("canvas", "plate");
  canvas.width = rows[0].length;
  canvas.height = rows.length;
  const pixels = Uint32Array.from(rows.flat(), color);
  const image = new ImageData(new Uint8ClampedArray(pixels.buffer), canvas.width, canvas.height);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** A plate with its words below; the frames in `boxes` lie over it. */
export function figure(canvas, caption, boxes = [], className = "") {
  return make(
    "figure",
    className,
    make("div", "over", canvas, ...boxes),
    make("figcaption", "", caption),
  );
}

/** A frame around [left, top, right, bottom] of a picture of `width` × `height`. */
export function frame([left, top, right, bottom], width, height = width, className = "frame") {
  const box = make("i", className);
  box.style.left = `${(left / width) * 100}%`;
  box.style.top = `${(top / height) * 100}%`;
  box.style.width = `${((right - left) / width) * 100}%`;
  box.style.height = `${((bottom - top) / height) * 100}%`;
  return box;
}

/** What is wider than a phone scrolls by itself, by keyboard too. */
export function scrolled(table) {
  const region = make("div", "wide", table);
  region.tabIndex = 0;
  return region;
}

/** The cell of a plate under the pointer: [row, column], inside it. */
export function under(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [
    at((event.clientY - box.top) / box.height, canvas.height),
    at((event.clientX - box.left) / box.width, canvas.width),
  ];
}

const at = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));

export const largest = (rows) =>
  rows.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
