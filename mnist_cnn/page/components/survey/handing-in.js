// Hands in the sheets that this device keeps, and remembers that the teacher has them.
import { ask } from "../../transport/http.js";
import { retry } from "../../transport/retry.js";
import { ROUNDS, keepSheet, sheets } from "./rounds.js";

/**
 * Hand in what has not been, of the round that is asked for and the one before it: asked again until the
 * server answers.
 * @param {string} asked one of ROUNDS
 */
export async function handIn(asked) {
  const { by, ...kept } = sheets();
  for (const round of ROUNDS.slice(0, ROUNDS.indexOf(asked) + 1)) {
    if (!kept[round] || kept[round].sent) continue;
    const { form, chosen, right } = kept[round];
    const body = JSON.stringify({ by, form, chosen, right });
    await retry(() => ask("survey", { method: "PUT", query: { round }, body }));
    keepSheet(round, { ...kept[round], sent: true });
  }
}
