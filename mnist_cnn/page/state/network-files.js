// Network files, see mnist_cnn/network/network_file.py, each fetched once.
import { Network } from "../reader/network.js";
import { content, has } from "../transport/contents.js";
import { FILE_TIMEOUT, call } from "../transport/http.js";
import { once } from "../transport/once.js";

const CAPACITY = 12; // networks at hand: whoever looks back at a training sees the last ones at once

const kept = new Map(); // address, or name: promise of a Network, the one asked for last at the end

/** The address of a network the server keeps; `version`: where the same reference means newer weights. */
export const addressOf = ({ reference, version }) =>
  `network/${reference}${version === undefined ? "" : `?version=${version}`}`;

/**
 * @param {string} address below the page's own routes
 * @returns {Promise<Network>}; rejected as `request` says
 */
export const fileAt = (address) => recent(address, () => load(address));

/** The same, of one of transport/contents.js by its name. */
export const networkNamed = (name) => recent(name, async () => new Network(await content(name)));

/** The network that the lesson is about, whichever reads the drawing: a promise. */
export const subject = () => networkNamed(has("lesson-network") ? "lesson-network" : "network");

function recent(key, find) {
  const network = once(kept, key, find);
  kept.delete(key);
  kept.set(key, network);
  if (kept.size > CAPACITY) kept.delete(kept.keys().next().value);
  return network;
}

const layersOfAll = new Map(); // reference: promise of the layers

/**
 * The layers of a network the server keeps, {name, kind, shape, field, …}: the same array however often
 * its weights change.
 */
export const layersOf = (network) =>
  once(layersOfAll, network.reference, async () => (await fileAt(addressOf(network))).layers);

async function load(address) {
  const response = await call(address, { timeout: FILE_TIMEOUT });
  return new Network(await response.arrayBuffer());
}
