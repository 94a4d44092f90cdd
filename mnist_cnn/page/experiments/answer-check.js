// Checks the answer a person types to the question of a chapter.
import { parseNumber } from "../explain/answers.js";
import { SettingError } from "./settings.js";

const FLOAT_ERROR = 1e-9; // sums of decimals are not exact

/**
 * Whether `typed` is the answer.
 * @param {{answer: number, tolerance?: number}} question tolerance: how far off a typed answer may be
 *   when it is worked out from rounded numbers
 * @throws {SettingError} it is not a number
 */
export const accepts = ({ answer, tolerance = 0 }, typed) =>
  Math.abs(numberOf(typed) - answer) <= tolerance + FLOAT_ERROR;

/** The number typed: also with separators between its thousands. */
export function numberOf(typed) {
  const words = typed.normalize("NFKC").trim().replaceAll(/(\d)[\s'](?=\d{3}(?!\d))/g, "$1");
  const isGrouped = /^[-−]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(words);
  const number = parseNumber(isGrouped ? words.replaceAll(",", "") : words);
  if (number === null) throw new SettingError(`${typed} is no number`, "lessonNoNumber");
  return number;
}
