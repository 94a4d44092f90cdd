// The worker's side of background.js: it does jobs in slices, several in turn, so that it hears
// between two of them what is not wanted any more.
import { Network } from "../reader/network.js";
import { JOBS } from "./jobs.js";

const SLICE = 40; // milliseconds of a job, until the next one and messages have their turn

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
    const result = await done(JOBS[job](withNetworks(values)), number);
    if (wanted.has(number)) self.postMessage({ number, result });
  } catch (error) {
    const { message, refused, values: named } = error;
    self.postMessage({ number, error: { message, refused: refused ?? "notComputed", values: named } });
    if (!refused) throw error; // a fault of ours: the console shows where
  } finally {
    wanted.delete(number);
  }
}

/** What a generator returns in the end; of a job that is not wanted any more, undefined. */
async function done(work, number) {
  while (wanted.has(number)) {
    const { done: over, value, share } = slice(work);
    if (over) return value;
    if (share !== undefined) self.postMessage({ number, share });
    await new Promise((resolve) => setTimeout(resolve));
  }
  return undefined;
}

/** Let it work for a slice; share: the last number it has yielded, how much of it is done. */
function slice(work) {
  const end = performance.now() + SLICE;
  let share;
  for (;;) {
    const { done: over, value } = work.next();
    if (over) return { done: true, value };
    if (typeof value === "number") share = value;
    if (performance.now() >= end) return { done: false, share };
  }
}

/** The same values, with the Network for each {network: number}. */
function withNetworks(values) {
  if (!values || Object.getPrototypeOf(values) !== Object.prototype) return values;
  if (Number.isInteger(values.network)) return networks.get(values.network);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, withNetworks(value)]));
}
