// Formats numbers as the lesson writes them.

const MOST_DECIMALS = 20;
const CERTAIN = 99.995; // percent that may be written as 100

/** With some decimals, a true minus sign, and no minus zero. */
export function decimal(number, digits = 2) {
  const words = number.toFixed(digits);
  return Number(words) === 0 ? words.replace("-", "") : words.replace("-", "−");
}

/** A number added to the one before it: "+ 0.50", "− 0.50". */
export const added = (number, digits = 2) =>
  `${number < 0 ? "−" : "+"} ${decimal(Math.abs(number), digits)}`;

/** A factor: in brackets if it is negative. */
export const factor = (number, digits = 2) =>
  number < 0 ? `(${decimal(number, digits)})` : decimal(number, digits);

/** A whole number with thousands separators: "1,234". */
export const count = (number) => number.toLocaleString("en");

/** A share with so many decimals; 100 % only from 99.995 % on, so 99.97 % is "99.9%". */
export function percent(share, digits = 1) {
  const value = 100 * share;
  const below = 100 - 10 ** -digits;
  return `${(value < CERTAIN ? Math.min(value, below) : value).toFixed(digits)}%`;
}

/** A share in whole percent: "23%". */
export const rounded = (share) => `${Math.round(100 * share)}%`;

/** A number to so many significant digits, never as a power of ten: "0.00011". */
export function plain(number, significant = 2) {
  const size = Math.abs(number);
  if (size === 0) return "0";
  const digits = Math.max(0, significant - 1 - Math.floor(Math.log10(size)));
  return decimal(number, Math.min(digits, MOST_DECIMALS));
}
