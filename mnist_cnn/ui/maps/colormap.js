// The colours of numbers. Zero is paper, so that what is silent is not seen: from white to deep blue
// on a light page, from night to yellow on a dark one. What has a sign is blue or orange: the numbers
// of a layer whose activation leaves some below 0, weights, what is for or against a digit. All scales
// are steady in lightness and safe for colour-blind people.

// From 0 to the strongest, as red, green, blue: YlGnBu without its yellow (Brewer, 2002), and a
// viridis (van der Walt and Smith, 2015) that begins with the page.
const STOPS = {
  light: [[255, 255, 255], [199, 228, 233], [90, 170, 205], [34, 94, 168], [8, 29, 88]],
  dark: [[11, 16, 32], [38, 52, 110], [38, 120, 160], [90, 200, 150], [255, 236, 120]],
};

// For what has a sign: blue adds, orange takes away.
const ADDS = [33, 102, 235];
const TAKES_AWAY = [217, 95, 2];

const LEVELS = 256;
const ZERO = 128; // its level, where there is a sign; a level more or less is a 127th of the largest
const MIDDLE = 0.179; // the luminance on which black and white words are read equally well

class Scale {
  constructor(stops, isDark) {
    this.stops = stops;
    this.isDark = isDark;
    /** 256 colours as opaque little-endian RGBA, ready for an ImageData seen as 32-bit numbers. */
    this.pixels = Uint32Array.from({ length: LEVELS }, (_, level) => pixel(this.color(level / 255)));
    this.signedPixels = Uint32Array.from({ length: LEVELS }, (_, level) =>
      pixel(this.#signedColor((level - ZERO) / (ZERO - 1))),
    );
  }

  /**
   * How the numbers of a layer are coloured: {pixels, zero, span}; number × span ÷ largest + zero is
   * the place of its colour.
   * @param {boolean} signed whether there may be some below 0
   */
  levels(signed) {
    return signed
      ? { pixels: this.signedPixels, zero: ZERO, span: ZERO - 1 }
      : { pixels: this.pixels, zero: 0, span: LEVELS - 1 };
  }

  /** [red, green, blue] of a number from 0 to 1. */
  color(share) {
    const at = share * (this.stops.length - 1);
    const low = Math.min(Math.floor(at), this.stops.length - 2);
    return this.stops[low].map((value, i) =>
      Math.round(value + (at - low) * (this.stops[low + 1][i] - value)),
    );
  }

  /** [red, green, blue] of a number from -1 to 1. */
  #signedColor(share) {
    const most = share < 0 ? TAKES_AWAY : ADDS;
    const size = Math.min(1, Math.abs(share));
    return this.stops[0].map((paper, i) => Math.round(paper + size * (most[i] - paper)));
  }

  /** Background and text of a number from 0 to 1, or, where it may be `signed`, from -1; for CSS. */
  shade(share, signed = false) {
    const color = signed ? this.#signedColor(share) : this.color(Math.min(1, Math.max(0, share)));
    return { background: `rgb(${color})`, color: luminance(color) > MIDDLE ? "black" : "white" };
  }
}

/** What is kept or printed is on white paper, and so are the lesson's plates. */
export const PAPER = new Scale(STOPS.light, false);
const NIGHT = new Scale(STOPS.dark, true);

/** The scale of the page as it is now; it turns with the event of onTheme. */
export const pageScale = () => (document.body.classList.contains("dark") ? NIGHT : PAPER);

/** Background of a number from -1 to 1, for CSS: the page shows through what is near 0. */
export function signedShade(share) {
  return { background: `rgb(${signedColor(share)} / ${Math.min(1, Math.abs(share)) * 0.7})` };
}

export const signedColor = (share) => (share < 0 ? TAKES_AWAY : ADDS).join(" ");

/** The same as a little-endian RGBA number, the sign as colour and the size as opacity. */
export function signedPixel(share) {
  const alpha = Math.round(Math.min(1, Math.abs(share)) * 255);
  return pixel(share < 0 ? TAKES_AWAY : ADDS, alpha);
}

/** Relative luminance, from 0 to 1, as WCAG 2.2 defines it. */
function luminance(color) {
  const [red, green, blue] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Hoisted: the scales are made before the rest of this file has run. */
function pixel([red, green, blue], alpha = 255) {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
