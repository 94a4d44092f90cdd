// What the page may load besides its modules, by the names in mnist_cnn/page/build/contents.py: each is fetched
// once. A page in a single file has all of it inside.
import { FILE_TIMEOUT, request } from "./http.js";
import { once } from "./once.js";

const kept = new Map(); // name: promise of its bytes

const page = () => window.mnistCnnPage; // see start.js

/** Whether there is such a content. */
export const has = (name) => name in page().files;

/** Whether there is a server behind the page, which trains, and knows of the class. */
export const served = () => page().served;

/**
 * @param {string} name
 * @returns {Promise<ArrayBuffer>} nobody may change it; rejected as `request` says
 */
export const content = (name) => once(kept, name, () => load(name, page().files[name]));

async function load(name, address) {
  if (!address) return window.mnistCnnInside(name);
  const response = await request(`${window.mnistCnnPrefix}/${address}`, { timeout: FILE_TIMEOUT });
  return response.arrayBuffer();
}
