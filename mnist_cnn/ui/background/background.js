// Work that takes longer than a frame is done in a worker, so that no pen waits for it: `work` asks
// for a job of jobs.js by its name.
//
// The values of a job are copied to the worker. A Network among them is sent once, as its file, and
// by its number from then on.
import { Network } from "../reader/network.js";

export const ABANDONED = "abandoned"; // the `refused` of a job that is not wanted any more

const KEPT = 8; // networks the worker has at hand

const asked = new Map(); // number: {resolve, reject, progress}
const sent = new Map(); // Network: its number, the one asked for last at the end
let worker = null;
let numbers = 0;

/**
 * Do a job in the worker.
 * @param {string} job in jobs.js
 * @param values what it takes; Networks may stand in it, and in objects in it
 * @param {{progress?: (share: number) => void, signal?: AbortSignal}} how progress: is called with how
 *   much is done, 0 to 1; signal: the job is abandoned when it is aborted
 * @returns a promise of what the job returns; broken with the job's error and its `refused`
 */
export function work(job, values, { progress, signal } = {}) {
  if (signal?.aborted) return Promise.reject(abandoned());
  worker ??= start();
  const number = ++numbers;
  const done = new Promise((resolve, reject) => {
    asked.set(number, { resolve, reject, progress });
    signal?.addEventListener("abort", () => {
      if (!asked.delete(number)) return;
      worker.postMessage({ abandon: number });
      reject(abandoned());
    });
  });
  worker.postMessage({ number, job, values: withNumbers(values) });
  return done;
}

const abandoned = () => Object.assign(new Error("Nobody waits for this any more."), { refused: ABANDONED });

function start() {
  const made = window.mnistCnnWorker(); // see start.js
  made.addEventListener("message", ({ data }) => hear(data));
  made.addEventListener("error", (event) => {
    made.terminate();
    if (made !== worker) return;
    const error = Object.assign(new Error(event.message ?? "The worker did not start"), { refused: "notComputed" });
    for (const { reject } of asked.values()) reject(error);
    asked.clear();
    sent.clear();
    worker = null; // the next job starts another
  });
  return made;
}

function hear({ number, share, result, error }) {
  const job = asked.get(number);
  if (!job) return; // abandoned
  if (share !== undefined) return job.progress?.(share);
  asked.delete(number);
  if (error) job.reject(Object.assign(new Error(error.message), error));
  else job.resolve(result);
}

/** The same values, with {network: number} for each Network. */
function withNumbers(values) {
  if (values instanceof Network) return { network: numberOf(values) };
  if (!values || Object.getPrototypeOf(values) !== Object.prototype) return values;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, withNumbers(value)]));
}

function numberOf(network) {
  const known = sent.get(network) ?? send(network);
  sent.delete(network);
  sent.set(network, known);
  if (sent.size > KEPT) {
    const [[oldest, number]] = sent;
    sent.delete(oldest);
    worker.postMessage({ forget: number });
  }
  return known;
}

function send(network) {
  const number = ++numbers;
  worker.postMessage({ keep: number, file: network.file });
  return number;
}
