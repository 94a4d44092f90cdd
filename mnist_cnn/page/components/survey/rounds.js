// What this device keeps of the survey: the sheets of the two rounds, before the lesson and after it, and the
// random name that both are handed in under.
import { getItem, removeItem, setItem } from "../../transport/storage.js";

const STORAGE_KEY = "mnist_cnn.survey";
export const ROUNDS = ["before", "after"];

/**
 * {by, before, after}: the name; and a sheet, {form, chosen, right, sent}, of each round that is done. sent:
 * whether the teacher has it.
 */
export function sheets() {
  const found = kept();
  const wanted = ROUNDS.filter((round) => isSheet(found?.[round])).map((round) => [round, found[round]]);
  return { by: typeof found?.by === "string" ? found.by : randomName(), ...Object.fromEntries(wanted) };
}

/** The round that comes next, or null: both are done. */
export const nextRound = () => ROUNDS.find((round) => !sheets()[round]) ?? null;

/** The form of the next sheet, 0 or 1: the one that the other sheet does not have. */
export function nextForm() {
  const { before, after } = sheets();
  const other = before ?? after;
  return other ? 1 - other.form : Math.floor(2 * Math.random());
}

/** Keep the sheet of a round. */
export const keepSheet = (round, sheet) =>
  setItem(localStorage, STORAGE_KEY, JSON.stringify({ ...sheets(), [round]: sheet }));

/** Forget both, and the name, for the next person at this device. */
export const forgetSheets = () => removeItem(localStorage, STORAGE_KEY);

/** How many answers of a sheet are right. */
export const rightOf = ({ right }) => right.filter(Boolean).length;

function kept() {
  try {
    return JSON.parse(getItem(localStorage, STORAGE_KEY));
  } catch (error) {
    if (error instanceof SyntaxError) return null; // somebody else's words under this name
    throw error;
  }
}

const isSheet = (sheet) =>
  [0, 1].includes(sheet?.form) && Array.isArray(sheet.chosen) && Array.isArray(sheet.right);

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(12)); // crypto.randomUUID needs https
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
