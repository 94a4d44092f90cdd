// Lets the run that is looked at read the drawing, and the network that is used.
import { accompany } from "../header/views.js";
import { kept, look, reading, use, usedReference } from "../network/choice.js";
import { layersOf } from "../network/files.js";
import { percentOf } from "./results.js";
import { isOver } from "./runs.js";

export function createReading() {
  let run = null;
  let checkpoint = null; // of the run; null: its newest weights
  let open = false; // whether the Train page is
  let told = ""; // what was decided on last: the way back to another network holds until it changes

  async function tell() {
    const [asked, at] = [run, checkpoint];
    const next = `${open} ${asked?.id} ${asked?.step} ${asked?.state} ${at?.index}`;
    if (next === told) return;
    told = next;
    if (!open || !asked || asked.step === null) return leave();
    const network = { reference: asked.id, version: asked.step };
    const found = await layersOf(network).catch(() => null); // asked again soon
    if (!found || asked !== run || at !== checkpoint || !open) return;
    look(networkOf(asked, at, found));
    accompany("layers"); // to see its maps form
  }

  function leave() {
    look(null);
    if (open) accompany(null);
  }

  return {
    /** The rows of the comparison that are used, read now, and read when none is looked at. */
    get rows() {
      return { used: usedReference(), now: rowOf(reading()), kept: rowOf(kept()) };
    },
    /** The run that is looked at, or null. */
    show(next) {
      if (next !== run) checkpoint = null;
      run = next;
      tell();
    },
    /** Look at a checkpoint of it; null: at its newest weights. */
    look(next) {
      checkpoint = next;
      tell();
    },
    open(next) {
      open = next;
      tell();
    },
    /** Let a row of the comparison read this person's drawings, on every page. */
    async use(row) {
      if (!row.reference) return use(null);
      const found = await layersOf(row).catch(() => null);
      if (found) use(usable(row, found));
    },
  };
}

const rowOf = (network) => network?.run ?? network?.reference;

function networkOf(run, checkpoint, found) {
  const step = (checkpoint?.step ?? run.step).toLocaleString("en");
  if (checkpoint) {
    const reference = `${run.id}.${checkpoint.index}`;
    return { reference, run: run.id, layers: found, kind: "checkpoint", step };
  }
  const network = { reference: run.id, layers: found, version: run.step, step };
  if (!isOver(run)) return { ...network, kind: "training" };
  if (!run.result) return { ...network, kind: "untested" };
  return { ...network, kind: "trained", version: "final", percent: percentOf(run.result.accuracy) };
}

function usable({ run, upload, reference }, found) {
  if (run) return networkOf(run, null, found);
  return { reference, layers: found, kind: "file", name: upload.name };
}
