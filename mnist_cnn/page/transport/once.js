// What is asked for once, and kept.

/**
 * The promise that `kept` has for a key, or `find`'s; one that is rejected is not kept.
 * @param {Map} kept key: promise
 * @param {function(): Promise} find
 */
export function once(kept, key, find) {
  if (!kept.has(key)) {
    const found = find();
    found.catch(() => kept.delete(key));
    kept.set(key, found);
  }
  return kept.get(key);
}
