// The worker: runs jobs in slices, several in turn, so that it can receive messages in between.
import { Network } from "../reader/network.js";
import { inSlices } from "../reader/slices.js";
import { JOBS } from "./jobs.js";

const SLICE = 40; // milliseconds of a job before other jobs and messages have their turn

const networks = new Map(); // number: Network
const wanted = new Set(); // numbers of jobs

self.addEventListener("message", ({ data }) => {
  if (data.keep) networks.set(data.keep, new Network(data.file));
  else if (data.forget) networks.delete(data.forget);
  else if (data.abandon) wanted.delete(data.abandon);
  else answer(data);
});

async function answer({ number, job, values }) {
  wanted.add(number);
  try {
    const steps = await JOBS[job](withNetworks(values));
    const result = await inSlices(steps, () => wanted.has(number), {
      milliseconds: SLICE,
      progress: (share) => self.postMessage({ number, share }),
    });
    if (wanted.has(number)) self.postMessage({ number, result });
  } catch (error) {
    const { message, refused, values: named } = error;
    self.postMessage({ number, error: { message, refused: refused ?? "notComputed", values: named } });
    if (!refused) throw error; // a bug: show it in the console
  } finally {
    wanted.delete(number);
  }
}

/** The values with a Network instead of each {network: number}. */
function withNetworks(values) {
  if (!values || Object.getPrototypeOf(values) !== Object.prototype) return values;
  if (Number.isInteger(values.network)) return networks.get(values.network);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, withNetworks(value)]));
}
