// Drawings of digits, each another one, to let the network read many of them: ten digits as lines, every
// time turned, stretched, slanted and wavering as a hand is, with another pen.
import { Ink, PAD_SIZE } from "../../reader/strokes.js";
import { seeded } from "../gradients/excitation.js";

const SEED = 100;
const MIDDLE = PAD_SIZE / 2;
const STEP = 12; // pad units between the points of a line
const TURN = 0.16; // radians, at most, each way
const SLANT = 0.25; // of the height
const STRETCH = 0.18; // of a side
const WAVER = 4; // pad units
const PEN = [14, 26]; // pad units

// Strokes in pad units, x right and y down.
const DIGITS = [
  [[140, 48, 104, 66, 84, 110, 80, 158, 96, 208, 138, 232, 178, 212, 198, 162, 194, 106, 174, 66, 140, 48]],
  [[112, 84, 146, 48, 146, 236]],
  [[84, 96, 96, 62, 134, 46, 178, 58, 190, 96, 172, 134, 130, 178, 80, 230, 204, 228]],
  [[86, 66, 128, 46, 176, 60, 184, 96, 160, 128, 124, 136, 170, 146, 198, 182, 180, 222, 130, 238, 82, 216]],
  [[118, 48, 96, 100, 78, 156, 202, 154], [170, 98, 166, 168, 164, 238]],
  [[192, 50, 108, 52, 98, 126, 142, 112, 186, 130, 202, 172, 182, 216, 134, 236, 84, 216]],
  [[174, 46, 126, 78, 94, 132, 86, 184, 108, 226, 152, 234, 188, 206, 186, 166, 150, 146, 110, 160, 90, 190]],
  [[76, 60, 204, 56, 172, 122, 146, 178, 126, 238]],
  [[142, 136, 102, 108, 98, 70, 138, 46, 182, 68, 178, 106, 142, 136, 98, 168, 90, 210, 138, 236, 190, 212, 184, 168, 142, 136]],
  [[188, 94, 156, 50, 108, 62, 92, 102, 112, 138, 154, 134, 188, 94, 184, 160, 164, 236]],
];

/**
 * Drawings, the same each time; a generator.
 * @param {number} count
 * @yields {{digit: number, ink: Ink}} digit: what it is meant to be; ink: which the next one is drawn over
 */
export function* drawnDigits(count) {
  const random = seeded(SEED);
  const ink = new Ink();
  for (let i = 0; i < count; i++) {
    const digit = i % DIGITS.length;
    const hand = handOf(random);
    ink.clear();
    for (const points of DIGITS[digit]) {
      ink.draw({ points: hand.draws(points), width: hand.pen, erase: false });
    }
    yield { digit, ink };
  }
}

/** One hand: {pen, draws}. */
function handOf(random) {
  const around = (most) => most * (2 * random() - 1);
  const [turn, slant] = [around(TURN), around(SLANT)];
  const [wide, tall] = [1 + around(STRETCH), 1 + around(STRETCH)];
  const pen = PEN[0] + (PEN[1] - PEN[0]) * random();
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];

  function moved(x, y) {
    const [right, down] = [wide * (x - MIDDLE) - slant * (y - MIDDLE), tall * (y - MIDDLE)];
    return [
      MIDDLE + cos * right - sin * down + around(WAVER),
      MIDDLE + sin * right + cos * down + around(WAVER),
    ];
  }

  const draws = (points) => finely(points).flatMap(([x, y]) => moved(x, y));
  return { pen, draws };
}

/** The points of a line, [[x, y], …], at most about STEP apart. */
function finely(points) {
  const found = [[points[0], points[1]]];
  for (let i = 2; i < points.length; i += 2) {
    const [x, y] = found.at(-1);
    const [right, down] = [points[i] - x, points[i + 1] - y];
    const steps = Math.max(1, Math.round(Math.hypot(right, down) / (2 * STEP)));
    for (let step = 1; step <= steps; step++) {
      found.push([x + (right * step) / steps, y + (down * step) / steps]);
    }
  }
  return found;
}
