// The colours of numbers and of ink. Zero is paper, so silent channels stay invisible: from white to
// deep blue on a light page, from night to yellow on a dark one. Numbers that have a sign are blue or
// orange: activations that may be negative, weights, what speaks for or against a digit. All scales
// change lightness evenly and are safe for colour-blind people. Ink is ink everywhere.
import { isDark } from "../dom/theme.js";
import { rgba } from "./canvas.js";

// From 0 to the largest, as red, green, blue: YlGnBu without its yellow (Brewer, 2002), and a
// viridis (van der Walt and Smith, 2015) that begins with the page's own colour.
const MAP = {
  light: [[255, 255, 255], [199, 228, 233], [90, 170, 205], [34, 94, 168], [8, 29, 88]],
  dark: [[11, 16, 32], [38, 52, 110], [38, 120, 160], [90, 200, 150], [255, 236, 120]],
};
const INK = {
  light: [[255, 255, 255], [23, 32, 48]],
  dark: [[11, 16, 32], [255, 255, 255]],
};

const POSITIVE = [33, 102, 235];
const NEGATIVE = [217, 95, 2];

const LEVELS = 256;
const ZERO = 128; // the level of 0 among signed numbers; one level is a 127th of the largest
const MIDDLE = 0.179; // the luminance on which black and white text have the same contrast

class Scale {
  constructor(stops) {
    this.stops = stops;
    /** 256 colours as opaque pixels, see `rgba`. */
    this.pixels = Uint32Array.from({ length: LEVELS }, (_, level) => rgba(this.color(level / 255)));
    this.signedPixels = Uint32Array.from({ length: LEVELS }, (_, level) =>
      rgba(this.#signedColor((level - ZERO) / (ZERO - 1))),
    );
  }

  /**
   * How to colour the numbers of a layer: {pixels, zero, span}; a number's colour stands in `pixels` at
   * number × span ÷ largest + zero.
   * @param {boolean} signed whether numbers may be negative
   */
  levels(signed) {
    return signed
      ? { pixels: this.signedPixels, zero: ZERO, span: ZERO - 1 }
      : { pixels: this.pixels, zero: 0, span: LEVELS - 1 };
  }

  /** [red, green, blue] of 0. */
  get paper() {
    return this.stops[0];
  }

  /** [red, green, blue] of 1. */
  get full() {
    return this.stops.at(-1);
  }

  /** [red, green, blue] of a number from 0 to 1. */
  color(share) {
    const at = share * (this.stops.length - 1);
    const low = Math.min(Math.floor(at), this.stops.length - 2);
    return mix(this.stops[low], this.stops[low + 1], at - low);
  }

  /** [red, green, blue] of a number from -1 to 1. */
  #signedColor(share) {
    return mix(this.paper, share < 0 ? NEGATIVE : POSITIVE, Math.min(1, Math.abs(share)));
  }

  /** CSS background and text colour of a number from 0 to 1 or, if `signed`, from -1 to 1. */
  shade(share, signed = false) {
    const color = signed ? this.#signedColor(share) : this.color(Math.min(1, Math.max(0, share)));
    return { background: `rgb(${color})`, color: luminance(color) > MIDDLE ? "black" : "white" };
  }
}

/** The scale of everything saved or printed on white paper, and of the lesson's pictures. */
export const PAPER = new Scale(MAP.light);
const NIGHT = new Scale(MAP.dark);
const INK_ON_PAPER = new Scale(INK.light);
const INK_ON_NIGHT = new Scale(INK.dark);

/** The scale of feature maps on the page as it is now, light or dark. */
export const pageScale = () => (isDark() ? NIGHT : PAPER);

/** The scale of ink on the page as it is now. */
export const inkScale = () => (isDark() ? INK_ON_NIGHT : INK_ON_PAPER);

/** CSS background of a number from -1 to 1; the page shines through near 0. */
export function signedShade(share) {
  return { background: `rgb(${signedColor(share)} / ${Math.min(1, Math.abs(share)) * 0.7})` };
}

/** The colour of a sign, for CSS. */
export const signedColor = (share) => (share < 0 ? NEGATIVE : POSITIVE).join(" ");

/** A number from -1 to 1 as a pixel: its sign is the colour, its size the opacity. */
export function signedPixel(share) {
  return rgba(share < 0 ? NEGATIVE : POSITIVE, Math.round(Math.min(1, Math.abs(share)) * 255));
}

/** A colour on the way from one to another. Hoisted: the scales are made before this file has run. */
function mix(from, to, share) {
  return from.map((value, i) => Math.round(value + share * (to[i] - value)));
}

/** Relative luminance, from 0 to 1, as WCAG 2.2 defines it. */
function luminance(color) {
  const [red, green, blue] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
