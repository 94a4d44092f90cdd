// Teaches a network of this person's own, one correction at a time in a tab, and goes back to the one before.
import { use } from "../../state/choice.js";
import { emit, listen, valueOf } from "../../state/events.js";
import { ask, steer } from "../../transport/http.js";
import { retry } from "../../transport/retry.js";
import { awaitResult } from "./training.js";

const PASSING = ["training", "checkpoint"]; // networks that are looked at, not used

let base = null; // that read before it was corrected
let current = null; // {id of its run}; null: nothing is being taught

/**
 * Let the network learn digits, and use it.
 * @param {Uint8Array} digits a byte for each one's label, and 784 for its picture
 * @param {number} count of them
 * @param {(words: () => string, share?: number) => void} say called with how far it is, see `awaitResult`
 * @returns the id of the run; null: it was unlearned meanwhile; rejected as `ask` and `awaitResult` are
 */
export async function teach(digits, count, say) {
  const mine = begin({});
  const wanted = () => current === mine;
  const { reference, layers } = valueOf("network");
  try {
    const query = reference ? { network: reference } : {};
    const run = await ask("corrections", { method: "POST", query, body: digits });
    mine.id = run.id;
    if (!wanted()) {
      await leave(run.id);
      return null;
    }
    await awaitResult(run, (...told) => wanted() && say(...told));
    if (!wanted()) return null;
    use({ reference: run.id, layers, kind: "corrected", version: "final", count, base });
    return run.id;
  } catch (error) {
    if (wanted()) throw error;
    return null;
  } finally {
    if (wanted()) begin(null);
  }
}

/** Somebody may be about to teach: the server makes a process ready. Without it, it begins later. */
export const getReady = () => ask("trainings", { method: "PUT" }).catch(() => {});

/** Go back to the network before, also while it is being taught; rejected as `ask` is. */
export async function unlearn() {
  const { id } = current ?? {};
  begin(null);
  use(base);
  if (id) await leave(id);
}

/**
 * What a correction has gained and cost, as mnist_cnn/server/state/as_json.py has it, with `testedOn`;
 * null: the server keeps it no longer, or does not answer.
 */
export async function resultOf(reference) {
  const { runs } = await retry(() => ask("trainings")).catch(() => ({ runs: [] }));
  const result = runs.find(({ id }) => id === reference)?.result;
  return result?.corrected ? { ...result.corrected, testedOn: result.testedOn } : null;
}

const leave = (id) => steer(id, "leave");

function begin(next) {
  current = next;
  emit("teaching", { busy: current !== null });
  return next;
}

listen("network", (network) => {
  if (network.kind === "corrected") base = network.base ?? null;
  if (["corrected", ...PASSING].includes(network.kind)) return;
  base = ["shipped", "class"].includes(network.kind) ? null : { ...network, file: undefined }; // it is stored
});
