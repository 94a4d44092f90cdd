// The networks of a jury: those that the class has trained, each fetched once, and the shipped one.
import { fileAt, addressOf, networkNamed } from "../../state/network-files.js";
import { command } from "../../transport/http.js";

const kept = new Map(); // reference: its Network of reader/network.js

/**
 * The newest network that each page has trained and the server still keeps.
 * @param {function(number, number)} progress how many are here, of how many
 * @returns {Promise<Network[]>} the newest first; rejected as `request` says
 */
export async function trainedNetworks(progress) {
  const { jury } = await command({ jury: {} });
  for (const reference of kept.keys()) if (!jury.includes(reference)) kept.delete(reference);
  for (const [i, reference] of jury.entries()) {
    progress(i, jury.length);
    if (!kept.has(reference)) kept.set(reference, await fileAt(addressOf({ reference })));
  }
  return jury.map((reference) => kept.get(reference));
}

/** The shipped network: a promise. */
export const shippedNetwork = () => networkNamed("network");

/**
 * What a network votes for.
 * @param {Network} network
 * @param {Uint8Array} image 28×28, as a reading has it
 * @returns {{digit: number, probability: number}}
 */
export function voteOf(network, image) {
  const { values } = [...network.read(image).values()].at(-1);
  const probability = Math.max(...values);
  return { digit: values.indexOf(probability), probability };
}

/**
 * How a jury decides: {majority, count, dissenting}. The majority is the digit with most votes, and of
 * several the one they are surest of; count, how many voted for it; dissenting, how many for another.
 */
export function decide(votes) {
  const counts = Array.from({ length: 10 }, () => 0);
  const sure = [...counts];
  for (const { digit, probability } of votes) {
    counts[digit] += 1;
    sure[digit] += probability;
  }
  let majority = 0;
  for (const digit of counts.keys()) {
    if ((counts[digit] - counts[majority] || sure[digit] - sure[majority]) > 0) majority = digit;
  }
  return { majority, count: counts[majority], dissenting: votes.length - counts[majority] };
}
