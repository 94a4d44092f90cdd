// The heat on the drawing: what each bit of ink brings to the lead of a digit, as an account has it.
// Paper brings nothing, because the account compares with a picture without ink.
//
// Max pooling picks one pixel of a stroke and passes its neighbours over, so the share of a single
// pixel is chance. Each share is therefore spread over the ink within about a pixel, in proportion
// to the ink; shares then add up as before, and erasing the strongest of them moves the answer much
// further (tests/benchmarks/evidence.py).

const REACH = 3; // pixels, how far a share is spread
const BELL = Float64Array.from({ length: 2 * REACH + 1 }, (_, i) => Math.exp(-((i - REACH) ** 2) / 2));

/**
 * @param account of an answer, see accounts.js
 * @param {Float64Array} shares what each pixel brings: all, or what comes through one channel
 * @returns {Float64Array} above 0 where ink speaks for the account's digit, below where against it
 */
export const heatOf = (account, shares = account.pixels) => spread(shares, account.image);

/** Spread each pixel's share over the ink around it, levels of any scale; the sum stays. */
export function spread(shares, ink) {
  const around = blur(Float64Array.from(ink));
  return blur(shares.map((share, i) => (around[i] === 0 ? 0 : share / around[i]))).map(
    (value, i) => value * ink[i],
  );
}

/** Each pixel gives to those around it as the bell says, along rows and then along columns. */
function blur(field) {
  const side = Math.sqrt(field.length);
  return along(along(field, side, 1), side, side);
}

/** One direction of it: `stride` numbers lie from one pixel to the next. */
function along(field, side, stride) {
  return field.map((_, i) => {
    const place = Math.floor(i / stride) % side;
    let sum = 0;
    for (let by = Math.max(-REACH, -place); by <= Math.min(REACH, side - 1 - place); by++) {
      sum += BELL[by + REACH] * field[i + by * stride];
    }
    return sum;
  });
}
