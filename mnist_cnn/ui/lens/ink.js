// Ink in the colours of the page: dark on white, or white on night. It is ink wherever it is shown.

const LIGHT = { paper: [255, 255, 255], ink: [23, 32, 48] };
const DARK = { paper: [11, 16, 32], ink: [255, 255, 255] };
const MIDDLE = 118; // of grey: black and white are told from it alike

class InkScale {
  constructor({ paper, ink }) {
    this.paper = paper;
    this.ink = ink;
    /** 256 levels as opaque little-endian RGBA. */
    this.pixels = Uint32Array.from({ length: 256 }, (_, level) => {
      const [red, green, blue] = this.color(level / 255);
      return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    });
  }

  /** As the levels of colormap.js; ink has no sign. */
  levels() {
    return { pixels: this.pixels, zero: 0, span: 255 };
  }

  /** [red, green, blue] of 0, paper, to 1, full ink. */
  color(share) {
    return this.paper.map((value, i) => Math.round(value + share * (this.ink[i] - value)));
  }

  /** Background and text, for CSS. */
  shade(share) {
    const color = this.color(Math.min(1, Math.max(0, share)));
    return { background: `rgb(${color})`, color: color[0] > MIDDLE ? "black" : "white" };
  }
}

const ON_PAPER = new InkScale(LIGHT);
const ON_NIGHT = new InkScale(DARK);

/** The scale of the page as it is now. */
export const inkScale = () => (document.body.classList.contains("dark") ? ON_NIGHT : ON_PAPER);
