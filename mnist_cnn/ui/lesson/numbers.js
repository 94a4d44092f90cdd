// Numbers in the lesson's pictures, as people write them.
import { current } from "../locales/language.js";

export const whole = (number) => number.toLocaleString(current());

export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)}%`;

export const decimal = (number, digits = 2) => {
  const words = number.toFixed(digits);
  return Number(words) === 0 ? words.replace("-", "") : words.replace("-", "−");
};
