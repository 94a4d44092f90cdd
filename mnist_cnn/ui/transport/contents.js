// What the page may load besides its modules, by the names in mnist_cnn/ui/contents.py: each is fetched
// once. A page in a single file has all of it inside.
import { refuse } from "./transport.js";

const PATIENCE = 60_000; // milliseconds: 370 kB, on a line that a class shares

const kept = new Map(); // name: promise of its bytes

const page = () => window.mnistCnnPage; // see start.js

/** Whether there is such a content. */
export const has = (name) => name in page().files;

/** Whether there is a server behind the page, which trains, and knows of the class. */
export const served = () => page().served;

/**
 * @param {string} name
 * @returns {Promise<ArrayBuffer>} nobody may change it; broken as `refuse` says, or where no answer comes
 */
export function content(name) {
  if (!kept.has(name)) {
    const found = load(name, page().files[name]);
    found.catch(() => kept.delete(name)); // asked for again the next time
    kept.set(name, found);
  }
  return kept.get(name);
}

async function load(name, address) {
  if (!address) return window.mnistCnnInside(name);
  const response = await fetch(`${window.mnistCnnPrefix}/${address}`, {
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!response.ok) await refuse(response);
  return response.arrayBuffer();
}
