// Where the lead comes from in each answer, for all that show it: nothing is computed twice.
import { Contributions } from "./contributions.js";

const contributions = new WeakMap(); // by network, by the mutes it reads with
const accounts = new WeakMap(); // by answer, by digit

/**
 * @param answer what reader/reading.js has read, not empty
 * @param {number} digit whose lead it is
 * @returns the account of it, see `Contributions.to`
 */
export function accountOf(answer, digit = answer.digit) {
  const own = kept(accounts, answer, () => new Map());
  return kept(own, digit, () => contributionsOf(answer).to(answer, digit));
}

function contributionsOf({ network, muted }) {
  const own = kept(contributions, network, () => new WeakMap());
  return kept(own, muted, () => new Contributions(network, muted));
}

function kept(all, key, make) {
  if (!all.has(key)) all.set(key, make());
  return all.get(key);
}
