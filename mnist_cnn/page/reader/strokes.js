// Draws pen strokes as ink, with exactly the pixels of mnist_cnn/digits/strokes.py, so that a network
// trained on drawn strokes sees the same on the pad; no canvas has to be read back.
//
// A stroke is a dot where the pen touches the pad, then a capsule along each segment: all within half
// the pen's width of it. A pixel at the edge is inked by the distance of its centre.

export const PAD_SIZE = 280; // both sides, in pad units and in pixels of ink

/** The ink on the pad: 0 is paper, 255 full ink. */
export class Ink {
  width = PAD_SIZE;
  height = PAD_SIZE;
  pixels = new Uint8Array(PAD_SIZE * PAD_SIZE);

  clear() {
    this.pixels.fill(0);
  }

  /**
   * @param stroke {points: [x, y, x, y, …], width, erase} in pad units, x right, y down
   * @param {number} from the first point not drawn yet
   */
  draw({ points, width, erase }, from = 0) {
    const radius = Math.max(width, 1) / 2;
    for (let i = 2 * from; i < points.length; i += 2) {
      const start = Math.max(0, i - 2);
      drawSegment(this.pixels, points[start], points[start + 1], points[i], points[i + 1], radius, erase);
    }
  }
}

/** Redraws `ink` from `marks`: strokes and pictures, see components/pad/drawing.js. */
export function inkMarks(ink, marks) {
  ink.clear();
  for (const mark of marks) {
    if (mark.kind === "stroke") ink.draw(mark);
    else mark.levels.forEach((level, i) => (ink.pixels[i] = Math.max(ink.pixels[i], level)));
  }
}

/** Inks, or erases, all within `radius` of the segment from a to b. */
function drawSegment(pixels, ax, ay, bx, by, radius, erase) {
  const reach = radius + 0.5; // pixels: there is no ink beyond
  const [dx, dy] = [bx - ax, by - ay];
  const squaredLength = dx * dx + dy * dy || 1; // not 0 for a dot
  const left = Math.max(0, Math.ceil(Math.min(ax, bx) - reach - 0.5));
  const right = Math.min(PAD_SIZE, Math.floor(Math.max(ax, bx) + reach + 0.5));
  const top = Math.max(0, Math.ceil(Math.min(ay, by) - reach - 0.5));
  const bottom = Math.min(PAD_SIZE, Math.floor(Math.max(ay, by) + reach + 0.5));
  for (let row = top; row < bottom; row++) {
    const y = row + 0.5 - ay;
    for (let column = left; column < right; column++) {
      const x = column + 0.5 - ax;
      const share = Math.min(Math.max((x * dx + y * dy) / squaredLength, 0), 1); // of the segment
      const offX = x - share * dx;
      const offY = y - share * dy;
      const squared = offX * offX + offY * offY;
      if (squared >= reach * reach) continue;
      const level = Math.floor(255 * Math.min(reach - Math.sqrt(squared), 1) + 0.5);
      const at = row * PAD_SIZE + column;
      pixels[at] = erase ? Math.min(pixels[at], 255 - level) : Math.max(pixels[at], level);
    }
  }
}
