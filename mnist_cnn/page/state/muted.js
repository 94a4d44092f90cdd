// The muted channels of the network that reads; none when another network takes over. Every change makes
// a new Map, because answers keep the one they were read with.
import { emit, listen } from "./events.js";

let now = new Map(); // a layer's name: the Set of its muted channels, or units
let layers = null; // of the network they belong to

/** The muted channels, as `Network.read` takes them. */
export const muted = () => now;

export const isMuted = (layer, channel) => Boolean(now.get(layer)?.has(channel));

export const count = () => [...now.values()].reduce((sum, channels) => sum + channels.size, 0);

/** Mute a channel, or let it speak again. */
export function toggle(layer, channel) {
  const channels = new Set(now.get(layer));
  if (!channels.delete(channel)) channels.add(channel);
  const next = new Map(now).set(layer, channels);
  if (!channels.size) next.delete(layer);
  change(next);
}

/** Mute these, instead of those before: [[layer, channel], …]. */
export function muteAll(places) {
  const next = new Map();
  for (const [layer, channel] of places) {
    if (!next.has(layer)) next.set(layer, new Set());
    next.get(layer).add(channel);
  }
  change(next);
}

/** Let all speak again. */
export function unmuteAll() {
  if (now.size) change(new Map());
}

function change(next) {
  now = next;
  emit("muted", { count: count() });
}

listen("network", (network) => {
  if (network.layers === layers) return; // newer weights of the same one
  layers = network.layers;
  unmuteAll();
});
