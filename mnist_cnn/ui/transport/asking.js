// Requests to the server in this tab's own name, and the teacher's token where there is one.
//
// The session is a random name, kept as long as the tab, so that a page that is loaded anew finds
// what is its own; the token comes with the link that the server prints, and leaves the address at
// once, before anybody can photograph or pass it on.
import { url } from "./transport.js";

const SESSION = { kept: "mnist_cnn.session", header: "X-Mnist-Cnn-Session" };
const TEACHER = { kept: "mnist_cnn.teacher", header: "X-Mnist-Cnn-Teacher", parameter: "teacher" };
const PATIENCE = 30_000; // milliseconds; news are held for 20 seconds

const PAGE = { kept: "mnist_cnn.page" };

function named({ kept }) {
  let name = sessionStorage.getItem(kept);
  if (!name) {
    const bytes = crypto.getRandomValues(new Uint8Array(18)); // crypto.randomUUID needs https
    name = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem(kept, name);
  }
  return name;
}

/** Another random name of this tab, that everybody may hear: who knows it can do nothing with it. */
export const nameOfPage = () => named(PAGE);

/** The teacher's token, or null on everybody else's page. */
export const teachersToken = () => sessionStorage.getItem(TEACHER.kept);

/** The server does not know the token. */
export const forgetToken = () => sessionStorage.removeItem(TEACHER.kept);

(function takeToken() {
  const address = new URL(location);
  const token = address.searchParams.get(TEACHER.parameter);
  if (token === null) return;
  sessionStorage.setItem(TEACHER.kept, token);
  address.searchParams.delete(TEACHER.parameter);
  history.replaceState(history.state, "", address);
})();

/**
 * Ask a route, with a query and fetch's own options; returns the Response.
 * Throws an Error with `refused`, the server's sentence, its `key`, `values` and `status`, when
 * the server refuses, and without when it does not answer.
 */
export async function call(path, { query = {}, signal, ...options } = {}) {
  const headers = { [SESSION.header]: named(SESSION) };
  const token = teachersToken();
  if (token && /^[\x21-\x7e]+$/.test(token)) headers[TEACHER.header] = token;
  const response = await fetch(`${url(path)}?${new URLSearchParams(query)}`, {
    ...options,
    headers,
    signal: anyOf(AbortSignal.timeout(PATIENCE), signal),
  });
  if (response.ok) return response;
  const { status } = response;
  const said = await response.json().catch(() => ({})); // a proxy's page is no JSON
  const error = new Error(said.error ?? `The server answered ${status}`);
  const refused = status < 500 ? error.message : undefined;
  throw Object.assign(error, { refused, key: said.key, values: said.values ?? {}, status });
}

/** As AbortSignal.any, which is younger than many a phone. */
function anyOf(...signals) {
  const control = new AbortController();
  for (const signal of signals.filter(Boolean)) {
    if (signal.aborted) control.abort();
    signal.addEventListener("abort", () => control.abort());
  }
  return control.signal;
}

/** The same, answered with an object. */
export const ask = async (path, options) => (await call(path, options)).json();

/** Tell a run to pause, resume, stop or leave; returns what it is then. */
export const steer = (id, verb) => ask(`trainings/${id}`, { method: "POST", query: { verb } });

/** What only the teacher may say: {rules, broadcast, line, wall}, each an object, as classroom.py has them. */
export const command = (acts, options) =>
  ask("class", { method: "POST", body: JSON.stringify(acts), ...options });
