// Numbers a person types as an answer: how they are read, and how far rounding may put them off.
//
// The person works with numbers shown in a few decimals, so an answer worked out correctly from these
// must count as right: the tolerance is the largest error that the rounding can cause.
import { sum } from "../reader/math.js";

const DECIMALS = 2; // of the numbers shown
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export const ROUNDING = 0.5 * 10 ** -DECIMALS; // largest error of a rounded number

/**
 * The largest error of Σ one × other + bias worked out from rounded numbers: with a rounding error of
 * r in every number, a product is off by at most r (|one| + |other|) + r²; the bias and the answer
 * add r each.
 */
export function roundingOfProducts(ones, others) {
  const sizes = ones.map((one, i) => Math.abs(one) + Math.abs(others[i]) + ROUNDING);
  return ROUNDING * sum(sizes) + 2 * ROUNDING;
}

/** The number typed, with either decimal mark, in half or full width; null if it is not a number. */
export function parseNumber(typed) {
  const plain = typed.normalize("NFKC").trim().replaceAll(/[−–]/g, "-").replaceAll(/[,。]/g, ".");
  const number = NUMBER.test(plain) ? Number(plain) : Infinity;
  return Number.isFinite(number) ? number : null;
}
