// Numbers in the lesson's pictures, as people write them.
import { current } from "../locales/language.js";

export { added, decimal } from "../experiments/numbers.js";

const CERTAIN = 99.995; // percent that may be called 100

export const whole = (number) => number.toLocaleString(current());

/** 100 % is only said when it is so: 99.97 % is 99.9 %. */
export function percent(share, digits = 1) {
  const value = 100 * share;
  const below = 100 - 10 ** -digits;
  return `${(value < CERTAIN ? Math.min(value, below) : value).toFixed(digits)}%`;
}
