// Where the lead comes from in each answer, for all that show it: nothing is computed twice.
import { finished } from "../reader/slices.js";
import { Contributions } from "./contributions.js";

const contributions = new WeakMap(); // by network, by the mutes it reads with
const accounts = new WeakMap(); // by answer, by digit

/**
 * @param answer what reader/reading.js has read, not empty
 * @param {number} digit whose lead it is
 * @returns the account of it, see `Contributions.to`
 */
export const accountOf = (answer, digit) => finished(accounting(answer, digit));

/** The same as a generator, which rests every few milliseconds and returns it. */
export function* accounting(answer, digit = answer.digit) {
  const own = kept(accounts, answer, () => new Map());
  if (!own.has(digit)) own.set(digit, yield* contributionsOf(answer).accounting(answer, digit));
  return own.get(digit);
}

function contributionsOf({ network, muted }) {
  const own = kept(contributions, network, () => new WeakMap());
  return kept(own, muted, () => new Contributions(network, muted));
}

function kept(all, key, make) {
  if (!all.has(key)) all.set(key, make());
  return all.get(key);
}
