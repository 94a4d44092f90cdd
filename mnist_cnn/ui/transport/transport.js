// Carries drawings to the server: one request in flight, the newest drawing wins, nothing queues.
import { decode } from "./answer.js";
import { Socket } from "./socket.js";
import { measure } from "./timing.js";
import { whenAwake } from "./waking.js";

const SLOW = 1500; // milliseconds until a person is told that the answer is late
const TIMEOUT = 5000; // milliseconds until it is given up and asked for again
const ATTEMPTS = [500, 1000, 2000, 4000]; // milliseconds from one to the next, the last repeated
const ASLEEP = 500; // milliseconds until a network that wakes up is asked again
const PATIENCE = 10_000; // milliseconds, with what is asked once: it may be large, or take computing

export const url = (path) => `${window.mnistCnnPrefix ?? ""}/mnist_cnn/${path}`;

/**
 * @param onAnswer called with (answer, frame)
 * @param onTrouble called with "slow", "waking", "unreachable", "signedOut" or the server's own
 *   sentence, and with null when the trouble is over
 */
export function createTransport(onAnswer, onTrouble) {
  let socket = null; // when the network is awake
  let waiting = null; // makes the newest frame, when its turn comes
  let busy = false;
  let generation = 0; // answers to frames from before a forget() are dropped
  let failures = 0; // in a row
  let trouble = false; // has been told of

  function tell(what) {
    if (what || trouble) onTrouble(what);
    trouble = Boolean(what);
  }

  whenAwake(() => tell("waking")).then(() => {
    tell(null);
    socket = new Socket(socketAddress());
    pump();
  });

  async function pump() {
    if (busy || !waiting || !socket) return;
    busy = true;
    const makeFrame = waiting;
    const frame = makeFrame();
    const sentIn = generation;
    const started = performance.now();
    const awaited = () => waiting || sentIn === generation;
    const late = setTimeout(() => !failures && awaited() && tell("slow"), SLOW);
    waiting = null;
    try {
      const reading = socket.ready ? socket.ask(frame, TIMEOUT) : ask(frame);
      const answer = await reading.finally(() => {
        clearTimeout(late);
        measure("reading", started);
      });
      failures = 0;
      // A server that stays slow is named until the pen rests, not off and on with each answer.
      if (!waiting || performance.now() - started < SLOW) tell(null);
      if (sentIn === generation) onAnswer(answer, frame);
    } catch (error) {
      if (awaited()) tell(error.refused ?? words(error));
      if (!error.refused) {
        if (sentIn === generation) waiting ??= makeFrame;
        const wait = ATTEMPTS[Math.min(failures++, ATTEMPTS.length - 1)];
        await nextAttempt(started + (error.asleep ? ASLEEP : wait));
      }
    }
    busy = false;
    pump();
  }

  return {
    /**
     * makeFrame returns {pixels: Uint8Array, width, height, …}; it is called when nothing else is
     * on its way, and the frame comes back beside its answer.
     */
    send(makeFrame) {
      waiting = makeFrame;
      pump();
    },
    /** Drop what is on its way: the pad has been emptied. */
    forget() {
      waiting = null;
      generation++;
      failures = 0;
      tell(null);
    },
  };
}

/** What a person is told while no answer comes. */
function words({ asleep, busy }) {
  if (asleep) return "waking";
  return busy ? "slow" : "unreachable";
}

/** Far away, a shorter answer is a faster one; on this machine, one that is not coded. */
function socketAddress() {
  const address = new URL(url("live"), location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const near = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  if (!near && window.DecompressionStream) address.searchParams.set("coding", "deflate");
  return address.href;
}

/** Ask what the network makes of a frame, of its `layers` only or of all; returns the answer. */
export async function ask({ width, height, pixels, layers, network }) {
  const chosen = (layers ? `&layers=${layers}` : "") + (network ? `&network=${network}` : "");
  const path = `read?width=${width}&height=${height}${chosen}`;
  const { status, response } = await post(path, pixels);
  if (status !== 200) await refuse(new Response(response, { status }));
  return decode(response);
}

/** With XMLHttpRequest: fetch hands a body over in pieces, which takes a millisecond longer. */
function post(path, body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url(path));
    request.responseType = "arraybuffer";
    request.timeout = TIMEOUT;
    request.addEventListener("load", () => resolve(request));
    for (const trouble of ["error", "timeout"]) {
      request.addEventListener(trouble, () => reject(new Error("The server does not answer")));
    }
    request.send(body);
  });
}

/** Post a body; the promise is broken when the server hangs, rather than never kept. */
export function inTime(path, body) {
  return fetch(url(path), { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
}

/** Ask for the exact numbers of every layer; returns a Blob, an .npz file. */
export async function askActivations({ width, height, pixels, network }) {
  const query = new URLSearchParams({ width, height, network });
  const response = await inTime(`activations?${query}`, pixels);
  if (!response.ok) await refuse(response);
  return response.blob();
}

/** Ask the server for the ink in a picture file: {width, height, pixels}. */
export async function askInk(blob) {
  const response = await inTime("ink", blob);
  if (!response.ok) await refuse(response);
  const buffer = await response.arrayBuffer();
  const view = new DataView(buffer);
  return {
    width: view.getUint16(0, true),
    height: view.getUint16(2, true),
    pixels: new Uint8Array(buffer, 4),
  };
}

/** Throw what the server said, by its key where it has one. Its 5xx and a proxy's pages are worth another attempt. */
export async function refuse(response) {
  const error = new Error(`The server answered ${response.status}`);
  const said = await response.json().catch(() => ({})); // a proxy's page is no JSON
  if (response.status === 401) error.refused = "signedOut";
  else if (response.status === 429) error.busy = true;
  else if (response.status < 500) error.refused = said.key ?? said.error ?? error.message;
  error.asleep = said.error === "waking";
  throw error;
}

/** Wait until `due`, or until the browser is back on its network. */
function nextAttempt(due) {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      resolve();
    };
    const timer = setTimeout(go, due - performance.now());
    window.addEventListener("online", go);
  });
}
