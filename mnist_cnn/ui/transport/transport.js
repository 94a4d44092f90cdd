// Carries drawings to the server: one request in flight, the newest drawing wins, nothing queues.
import { decode } from "./answer.js";

const TIMEOUT = 5000; // milliseconds without an answer
const RETRIES = [500, 1000, 2000, 4000]; // milliseconds between attempts, the last one repeated

export const url = (path) => `${window.mnistCnnPrefix ?? ""}/mnist_cnn/${path}`;

/**
 * @param onAnswer called with (answer, frame)
 * @param onTrouble called with a sentence or code when the server does not answer, null when it
 *   does again
 */
export function createTransport(onAnswer, onTrouble) {
  let waiting = null; // makes the newest frame, when its turn comes
  let busy = false;
  let generation = 0; // answers to frames from before a forget() are dropped
  let failures = 0;

  async function pump() {
    if (busy || !waiting) return;
    busy = true;
    const makeFrame = waiting;
    const frame = makeFrame();
    const sentIn = generation;
    waiting = null;
    try {
      const answer = await ask(frame);
      if (failures) onTrouble(null);
      failures = 0;
      if (sentIn === generation) onAnswer(answer, frame);
    } catch (error) {
      onTrouble(error.refused ?? "unreachable");
      if (!error.refused) {
        waiting ??= sentIn === generation ? makeFrame : null;
        await pause(RETRIES[Math.min(failures++, RETRIES.length - 1)]);
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
    },
  };
}

async function ask({ width, height, pixels }) {
  const { status, response } = await post(`read?width=${width}&height=${height}`, pixels);
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

/** Ask the server for the ink in a picture file: {width, height, pixels}. */
export async function askInk(blob) {
  const response = await fetch(url("ink"), { method: "POST", body: blob });
  if (!response.ok) await refuse(response);
  const buffer = await response.arrayBuffer();
  const view = new DataView(buffer);
  return {
    width: view.getUint16(0, true),
    height: view.getUint16(2, true),
    pixels: new Uint8Array(buffer, 4),
  };
}

/** Throw what the server said. Its 5xx and a proxy's pages are worth another attempt. */
async function refuse(response) {
  const error = new Error(`The server answered ${response.status}`);
  if (response.status === 401) error.refused = "signedOut";
  else if (response.status < 500) {
    error.refused = (await response.json().catch(() => ({}))).error ?? error.message;
  }
  throw error;
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
