// Numbers in the lesson's pictures, as people write them.
import { current } from "../locales/language.js";

const CERTAIN = 99.995; // percent that may be called 100

export const whole = (number) => number.toLocaleString(current());

/** 100 % is only said when it is so: 99.97 % is 99.9 %. */
export function percent(share, digits = 1) {
  const value = 100 * share;
  const below = 100 - 10 ** -digits;
  return `${(value < CERTAIN ? Math.min(value, below) : value).toFixed(digits)}%`;
}

export const decimal = (number, digits = 2) => {
  const words = number.toFixed(digits);
  return Number(words) === 0 ? words.replace("-", "") : words.replace("-", "−");
};

/** A number that is added to what stands before it: "+ 0.50", "− 0.50". */
export const added = (number, digits = 2) =>
  `${number < 0 ? "−" : "+"} ${decimal(Math.abs(number), digits)}`;
