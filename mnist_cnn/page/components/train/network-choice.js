// Lets a run read the drawing while it is looked at, and a network of the comparison when it is used.
import { accompany } from "../header/views.js";
import { kept, look, reading, use, usedReference } from "../../state/choice.js";
import { layersOf } from "../../state/network-files.js";
import { accuracyText } from "../../locales/numbers.js";
import { isOver } from "./run/runs.js";

const IGNORANT = 2000; // milliseconds that one sees what a network says before it has learned anything
const UNTRAINED = { index: 0, step: 0 }; // checkpoint of every run

export function createNetworkChoice() {
  let newborn = null; // the id of a run that was begun here, and whose first answers are still to be seen
  let run = null;
  let checkpoint = null; // of the run; null: its newest weights
  let open = false; // whether the Train page is
  let seenSince = null; // when the newborn was first seen, by performance.now()
  let told = ""; // what was decided on last: the way back to another network holds until it changes

  async function tell() {
    const [asked, at] = [run, checkpoint ?? ignorance()];
    const next = `${open} ${asked?.id} ${asked?.step} ${asked?.state} ${at?.index}`;
    if (next === told) return;
    told = next;
    if (!open || !asked || asked.step === null) return leave();
    const network = { reference: asked.id, version: asked.step };
    const found = await layersOf(network).catch(() => null); // asked again soon
    if (!found || asked !== run || next !== told || !open) return;
    look(networkOf(asked, at, found));
    accompany("layers"); // to see its maps form
  }

  /** The untrained weights, while a run that has just begun is to be seen so; else null. */
  function ignorance() {
    if (!run || run.id !== newborn || run.step === null) return null;
    if (isOver(run)) newborn = null;
    else if (seenSince === null) {
      seenSince = performance.now();
      setTimeout(tell, IGNORANT);
    } else if (performance.now() - seenSince >= IGNORANT) newborn = null;
    return newborn && UNTRAINED;
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
    /** A run has just been begun: for two seconds it is looked at as it is before it learns. */
    begin({ id }) {
      newborn = id;
      seenSince = null;
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
  return { ...network, kind: "trained", version: "final", percent: accuracyText(run.result.accuracy) };
}

function usable({ run, upload, reference }, found) {
  if (run) return networkOf(run, null, found);
  return { reference, layers: found, kind: "file", name: upload.name };
}
