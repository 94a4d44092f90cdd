// Network files, see mnist_cnn/network_file.py: each is fetched once.
import { Network } from "../reader/network.js";
import { content, has } from "../transport/contents.js";
import { refuse, url } from "../transport/transport.js";

const KEPT = 12; // networks at hand: whoever looks back at a training sees the last ones at once
const PATIENCE = 60_000; // milliseconds: 370 kB, on a line that a class shares

const kept = new Map(); // address, or name: promise of a Network, the one asked for last at the end

/** The address of a network the server keeps; `version`: where the same reference means newer weights. */
export const addressOf = ({ reference, version }) =>
  `network/${reference}${version === undefined ? "" : `?version=${version}`}`;

/**
 * @param {string} address below the page's own routes
 * @returns {Promise<Network>}; broken as `refuse` says, or where no answer comes
 */
export const fileAt = (address) => once(address, () => load(address));

/** The same, of one of transport/contents.js by its name. */
export const networkNamed = (name) => once(name, async () => new Network(await content(name)));

/** The network that the lesson is about, whichever reads the drawing: a promise. */
export const subject = () => networkNamed(has("lesson-network") ? "lesson-network" : "network");

function once(key, find) {
  const known = kept.get(key) ?? find();
  kept.delete(key);
  kept.set(key, known);
  known.catch(() => kept.delete(key)); // asked for again the next time
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  return known;
}

const layersOfAll = new Map(); // reference: promise of the layers

/**
 * The layers of a network the server keeps, {name, kind, shape, field, …}: the same array however often
 * its weights change.
 */
export function layersOf(network) {
  const { reference } = network;
  if (!layersOfAll.has(reference)) {
    const found = fileAt(addressOf(network)).then(({ layers }) => layers);
    found.catch(() => layersOfAll.delete(reference)); // asked for again the next time
    layersOfAll.set(reference, found);
  }
  return layersOfAll.get(reference);
}

async function load(address) {
  const response = await fetch(url(address), { signal: AbortSignal.timeout(PATIENCE) });
  if (!response.ok) await refuse(response);
  return new Network(await response.arrayBuffer());
}
