// The trainings' side of the server, as this tab sees it: its session is a random name, kept as long
// as the tab, so that a page that is loaded anew finds its runs.
import { text } from "../locales/language.js";
import { url } from "../transport/transport.js";
import { FIELDS } from "./fields.js";

const KEPT = "mnist_cnn.session";
const HEADER = "X-Mnist-Cnn-Session";
const PATIENCE = 30_000; // milliseconds; events are held for ten seconds

const SENTENCES = {
  "option whole": "refusedWhole",
  "option number": "refusedNumber",
  "option choice": "refusedChoice",
  "option batch": "refusedBatch",
  "run closing": "refusedClosing",
  "run waiting": "refusedWaiting",
  "run gone": "refusedGone",
  "run untested": "refusedUntested",
  "run over": "refusedOver",
  "run queued": "refusedQueued",
  "file damaged": "refusedDamaged",
  "file other": "refusedOther",
  networkGone: "networkGone",
};

/** The session of this tab. */
function session() {
  let name = sessionStorage.getItem(KEPT);
  if (!name) {
    const bytes = crypto.getRandomValues(new Uint8Array(18)); // crypto.randomUUID needs https
    name = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem(KEPT, name);
  }
  return name;
}

/**
 * Ask a route below train/, with a query and fetch's own options; returns the Response.
 * Throws an Error with `refused`, the server's sentence, and its `key` and `values`, when the server
 * refuses, and without when it does not answer.
 */
export async function call(path, { query = {}, ...options } = {}) {
  const search = new URLSearchParams(query);
  const response = await fetch(`${url(`train/${path}`)}?${search}`, {
    ...options,
    headers: { [HEADER]: session() },
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.ok) return response;
  const said = await response.json().catch(() => ({})); // a proxy's page is no JSON
  const error = new Error(said.error ?? `The server answered ${response.status}`);
  const refused = response.status < 500 ? (said.error ?? error.message) : undefined;
  throw Object.assign(error, { refused, key: said.key, values: said.values ?? {} });
}

export const ask = async (path, options) => (await call(path, options)).json();

/** What went wrong, in the page's language. */
export function sentenceOf({ refused, key, values }) {
  const known = SENTENCES[key];
  if (!known) return refused ?? text("unreachable");
  const field = FIELDS.find(({ name }) => name === values.name);
  return text(known, field ? { ...values, field: text(field.label) } : values);
}

/** The same with a body; returns the answer's object. */
export const post = (path, body, query) => ask(path, { method: "POST", body, query });
