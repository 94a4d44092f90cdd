// Numbers as the lesson writes them.

/** With so many decimals, a true minus, and no minus zero. */
export function decimal(number, digits = 2) {
  const words = number.toFixed(digits);
  return Number(words) === 0 ? words.replace("-", "") : words.replace("-", "−");
}

/** A number that is added to what stands before it: "+ 0.50", "− 0.50". */
export const added = (number, digits = 2) =>
  `${number < 0 ? "−" : "+"} ${decimal(Math.abs(number), digits)}`;

/** A number that something is multiplied by, in brackets when it is negative. */
export const factor = (number, digits = 2) =>
  number < 0 ? `(${decimal(number, digits)})` : decimal(number, digits);

/** A whole number with its thousands apart, as in the lesson's words. */
export const count = (number) => number.toLocaleString("en");
