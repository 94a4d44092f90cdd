// The heatmap of a drawing: what each pixel of ink contributes to the lead of a digit. Paper contributes
// nothing, because contributions are measured against a picture without ink.
//
// Max pooling picks one pixel of a stroke and ignores its neighbours, so which pixel gets the
// contribution is chance. It is therefore spread over the ink within about a pixel, in proportion to
// the ink. The sum stays the same, and erasing the hottest ink changes the answer much more
// (tests/benchmarks/evidence.py).

const REACH = 3; // pixels: how far a contribution is spread
const GAUSSIAN = Float64Array.from({ length: 2 * REACH + 1 }, (_, i) => Math.exp(-((i - REACH) ** 2) / 2));

/**
 * @param {Account} account of an answer, see contributions.js
 * @param {Float64Array} shares contributions of the pixels: all, or those through one channel
 * @returns {Float64Array} positive where ink speaks for the account's digit, negative where against
 */
export const heatOf = (account, shares = account.pixels) => spread(shares, account.image);

/** Spreads the contribution of each pixel over the ink around it, of any scale; the sum stays. */
export function spread(shares, ink) {
  const around = blur(Float64Array.from(ink));
  return blur(shares.map((share, i) => (around[i] === 0 ? 0 : share / around[i]))).map(
    (value, i) => value * ink[i],
  );
}

/** Convolves with the Gaussian, along rows and then along columns. */
function blur(field) {
  const side = Math.sqrt(field.length);
  return along(along(field, side, 1), side, side);
}

/** Along one axis, whose pixels lie `stride` numbers apart. */
function along(field, side, stride) {
  return field.map((_, i) => {
    const place = Math.floor(i / stride) % side;
    let sum = 0;
    for (let by = Math.max(-REACH, -place); by <= Math.min(REACH, side - 1 - place); by++) {
      sum += GAUSSIAN[by + REACH] * field[i + by * stride];
    }
    return sum;
  });
}
