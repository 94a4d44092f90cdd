// The page's side of the worker: `work` runs a job of jobs.js there, so that the pen need not wait for
// work longer than a frame.
//
// The values of a job are copied to the worker. A Network is sent once, as its file, and from then on by
// its number.
import { Network } from "../reader/network.js";

export const ABANDONED = "abandoned"; // `refused` of a job that was aborted

const MAX_NETWORKS = 8; // that the worker keeps

const asked = new Map(); // number: {resolve, reject, progress}
const sent = new Map(); // Network: number, least recently used first
let worker = null;
let numbers = 0;

/**
 * Runs a job in the worker.
 * @param {string} job its name in jobs.js
 * @param values its argument; Networks may be in it, at any depth
 * @param {{progress?: (share: number) => void, signal?: AbortSignal}} how progress: called with how much
 *   is done, 0 to 1; signal: aborts the job
 * @returns a promise of what the job returns, rejected with the job's error and its `refused`
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

const abandoned = () => Object.assign(new Error("The job was aborted."), { refused: ABANDONED });

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

/** The values with {network: number} instead of each Network. */
function withNumbers(values) {
  if (values instanceof Network) return { network: numberOf(values) };
  if (!values || Object.getPrototypeOf(values) !== Object.prototype) return values;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, withNumbers(value)]));
}

function numberOf(network) {
  const known = sent.get(network) ?? send(network);
  sent.delete(network);
  sent.set(network, known);
  if (sent.size > MAX_NETWORKS) {
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
