// Times that the page measures of itself, to be read with performance.getEntriesByName().

const CAPACITY = 5000; // entries kept of a name: the browser would keep them all
const counts = new Map();

/** Record the time from `start` until now, in milliseconds since the page was opened. */
export function measure(name, start) {
  const count = (counts.get(name) ?? 0) + 1;
  if (count > CAPACITY) performance.clearMeasures(name);
  counts.set(name, count > CAPACITY ? 1 : count);
  performance.measure(name, { start });
}
