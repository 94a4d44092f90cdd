// What flows between two columns: how much of the answer's lead each channel brings through each
// channel of the next column. What goes through channels that are not shown is kept together, in the
// place behind the last slot, so that nothing is lost on the way.
import { sum } from "../../../reader/math.js";

/**
 * @param account of an answer, see explain/contributions.js
 * @param from, to {name, slots} of neighbouring columns: the layer's name, null for the picture; and
 *   the channels that are shown, null in an empty slot
 * @returns {{from: number, to: number, value: number}[]} the slots at both ends, counted from 0, the
 *   number of slots for the rest; value: of the lead, in logits
 */
export function ribbonsBetween(account, from, to) {
  const into = account.into(to.name, to.slots.filter((channel) => channel !== null));
  const flows = to.slots.map((channel) => (channel === null ? null : into.shift()));
  const below = contributionsOf(account, from);
  const ribbons = [];
  const leaving = from.slots.map((channel) => (channel === null ? 0 : below[channel]));
  let rest = account.lead - account.biases - sum(leaving); // what leaves the others below
  flows.forEach((flow, end) => {
    if (!flow) return;
    let others = sum(flow);
    from.slots.forEach((channel, start) => {
      if (channel === null) return;
      const value = flow[channel];
      ribbons.push({ from: start, to: end, value });
      leaving[start] -= value;
      others -= value;
    });
    ribbons.push({ from: from.slots.length, to: end, value: others });
    rest -= others;
  });
  leaving.forEach((value, start) => ribbons.push({ from: start, to: to.slots.length, value }));
  ribbons.push({ from: from.slots.length, to: to.slots.length, value: rest });
  return ribbons;
}

/** What every channel of a column brings; the picture is one. */
const contributionsOf = (account, { name }) =>
  name === null ? [account.lead - account.biases] : account.of(name).channels;
