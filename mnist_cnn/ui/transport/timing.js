// What the page measures of itself, for anyone to read with performance.getEntriesByName().

const MOST = 5000; // entries kept of a name: the browser would keep them all
const counts = new Map();

/** Record the time from `start` until now, in milliseconds since the page was opened. */
export function measure(name, start) {
  const count = (counts.get(name) ?? 0) + 1;
  if (count > MOST) performance.clearMeasures(name);
  counts.set(name, count > MOST ? 1 : count);
  performance.measure(name, { start });
}
