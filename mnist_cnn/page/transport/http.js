// Requests to the page's server. Each is answered in time, or broken with an error that says why not.
import { identity } from "./session.js";

const TIMEOUT = 30_000; // milliseconds; requests for news are held for 20 seconds
export const FILE_TIMEOUT = 60_000; // 370 kB, on a line that a class shares
const ANONYMOUS = /^(network\/.*|ink|check|share)$/; // routes for which it does not matter who asks
const BUSY = "tooMuch";
const SIGNED_OUT = "signedOut";
const BY_STATUS = { 401: SIGNED_OUT, 429: BUSY };

/** The address of a route of the server. */
export const url = (path) => `${window.mnistCnnPrefix ?? ""}/mnist_cnn/${path}`;

/**
 * Ask a route of the server; where it matters, in this tab's name. Whether it is the teacher who asks says the
 * browser's cookie, which no script can read.
 * @param options `query`, an object, and those of `request`
 * @returns {Promise<Response>} as `request` does
 */
export function call(path, { query, ...options } = {}) {
  const address = query ? `${url(path)}?${new URLSearchParams(query)}` : url(path);
  return request(address, { ...options, headers: ANONYMOUS.test(path) ? {} : identity() });
}

/**
 * Ask for any address of the server.
 * @param options `timeout` in milliseconds, and fetch's own
 * @returns {Promise<Response>} rejected as `errorOf` says, or with an error without `refused` where no
 *   answer comes
 */
export async function request(address, { signal, timeout = TIMEOUT, ...options } = {}) {
  const response = await fetch(address, {
    ...options,
    signal: anyOf(AbortSignal.timeout(timeout), signal),
  });
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** The same, answered with an object. */
export const ask = async (path, options) => (await call(path, options)).json();

/**
 * The error in a response: `refused`, the key of the sentence that says why, see locales/refusals.js, its
 * `values`, and as message the sentence in English. An error of the server's or a proxy's has no
 * `refused`: it is worth another attempt.
 */
async function errorOf(response) {
  const { status } = response;
  const said = await response.json().catch(() => ({})); // a proxy's page is no JSON
  const error = new Error(said.error ?? `The server answered ${status}`);
  const known = BY_STATUS[status] ?? said.key ?? error.message;
  return Object.assign(error, { refused: status < 500 ? known : undefined, values: said.values ?? {} });
}

/** Whether asking again is of no use: the server said no, and not only that it was too often. */
export const isRefusal = ({ refused }) => Boolean(refused) && refused !== BUSY;

/** Whether the server asks for a login again: no request is answered until the page is loaded anew. */
export const isSignedOut = ({ refused }) => refused === SIGNED_OUT;

/** Tell a run to pause, resume, stop or leave; returns what it is then. */
export const steer = (id, verb) => ask(`trainings/${id}`, { method: "POST", query: { verb } });

/** Whether this browser is the teacher's, {teacher}. */
export const whoAmI = () => ask("class");

/** Make this browser the teacher's, with the token of a link; rejected as `request` says. */
export const becomeTeacher = (token) => ask("class", { method: "PUT", body: JSON.stringify({ token }) });

/** Make this browser everybody's again. */
export const leaveTeacher = () => ask("class", { method: "DELETE" });

/** Count what this page predicts, {chapter, card, choice}, or answers, {chapter, right}. */
export const vote = (said) => ask("votes", { method: "PUT", body: JSON.stringify(said) });

/** What only the teacher may say: {rules, broadcast, bring, …}, as server/routes/classroom.py has them. */
export const command = (acts, options) =>
  ask("class", { method: "POST", body: JSON.stringify(acts), ...options });

/** As AbortSignal.any, which is younger than many a phone. */
function anyOf(...signals) {
  const control = new AbortController();
  for (const signal of signals.filter(Boolean)) {
    if (signal.aborted) control.abort();
    signal.addEventListener("abort", () => control.abort());
  }
  return control.signal;
}
