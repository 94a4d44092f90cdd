// A question of the lesson: its answer comes from the network, and a typed one is checked.
import { SettingError } from "./state.js";

const DECIMALS = 2; // of numbers that are shown, to be worked with
const SAME = 1e-9; // sums of decimals are not exact

export const ROUNDING = 0.5 * 10 ** -DECIMALS; // by so much at most each of them is off, and so is an answer

/**
 * Whether `typed` is the answer.
 * @param {{answer: number, tolerance?: number}} question tolerance: how far off a typed answer may be,
 *   where what is shown is rounded
 * @throws {SettingError} it is no number
 */
export const accepts = ({ answer, tolerance = 0 }, typed) =>
  Math.abs(numberOf(typed) - answer) <= tolerance + SAME;

/** The number a person typed: full-width digits, either decimal mark, thousands apart. */
export function numberOf(typed) {
  let words = typed.normalize("NFKC").replace("−", "-").trim();
  words = words.replaceAll(/(\d)[\s'](?=\d{3}(?!\d))/g, "$1");
  if (/^-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(words)) words = words.replaceAll(",", "");
  words = words.replace(",", ".");
  const number = Number(words);
  if (words === "" || /^[+-]?0[box]/i.test(words) || !Number.isFinite(number)) {
    throw new SettingError(`${typed} is no number`, "lessonNoNumber");
  }
  return number;
}

/**
 * The most by which Σ one × other + bias can be off when it is worked out as shown: all numbers shown
 * and the answer are off by up to ROUNDING r, a product therefore by r (|one| + |other|) + r².
 */
export function roundingOfProducts(ones, others) {
  const sizes = ones.map((one, i) => Math.abs(one) + Math.abs(others[i]) + ROUNDING);
  return ROUNDING * sizes.reduce((sum, size) => sum + size, 0) + 2 * ROUNDING;
}
