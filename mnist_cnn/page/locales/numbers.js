// Numbers as the page writes them.
import { current } from "./language.js";

export { added, decimal, percent, plain } from "../experiments/number-format.js";

const CERTAIN = 99.995; // percent that may be written as 100

/** With its sign: "+2.05". */
export const withSign = (number, digits = 2) =>
  `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(digits)}`;

/** Three decimals, or the order of magnitude where that would be 0.000. */
export function shortNumber(number) {
  const plain = number === 0 || Math.abs(number) >= 0.0005;
  return (plain ? number.toFixed(3) : number.toExponential(1)).replace("-", "−");
}

/** The same with its sign: "+0.620". */
export const signedShort = (number) => (number < 0 ? "" : "+") + shortNumber(number);

/** Two decimals, fewer for large numbers. */
export function compact(number) {
  if (number === 0) return "0";
  const digits = Math.abs(number) < 9.95 ? 2 : Math.abs(number) < 99.5 ? 1 : 0;
  const words = number.toFixed(digits);
  return Number(words) === 0 ? words.replace("-", "") : words.replace("-", "−");
}

/** A whole number, with separators in the page's language. */
export const whole = (number) => number.toLocaleString(current());

/** A probability in three or four digits; "100%" only from 99.995 % on. */
export function inPercent(probability) {
  const value = probability * 100;
  if (value >= 99.95) return value >= CERTAIN ? "100%" : `${value.toFixed(2)}%`;
  return value >= 0.1 ? `${value.toFixed(1)}%` : value >= 0.005 ? `${value.toFixed(2)}%` : "0%";
}

/** A probability beside its bar: nothing below one percent, which the bar shows as well. */
export const inFigures = (probability) =>
  probability >= 0.99995 ? "100%"
  : probability >= 0.99 ? `${Math.floor(probability * 1000) / 10}%`
  : probability >= 0.01 ? `${Math.round(probability * 100)}%`
  : "";

/** An accuracy: two decimals, because a hundredth of a percent is one test digit of 10,000. */
export const accuracyText = (share) => `${(share * 100).toFixed(2)}%`;
