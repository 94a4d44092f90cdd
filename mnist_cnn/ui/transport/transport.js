// Requests to the page's own routes, and what their refusals say.

const PATIENCE = 10_000; // milliseconds, with what is asked once: it may be large, or take computing

export const url = (path) => `${window.mnistCnnPrefix ?? ""}/mnist_cnn/${path}`;

/** Post a body; the promise is broken when the server hangs, rather than never kept. */
export function inTime(path, body) {
  return fetch(url(path), { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
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
  else if (response.status < 500 && response.status !== 429) {
    error.refused = said.key ?? said.error ?? error.message;
  }
  throw error;
}
