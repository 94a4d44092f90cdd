// What this browser keeps of the page: in localStorage for good, in sessionStorage as long as the tab.
// Where it has no room left, the page keeps it itself until it is loaded anew, and a person is told so.

const FULL = ["QuotaExceededError", "NS_ERROR_DOM_QUOTA_REACHED"]; // the second is Firefox's older name

const held = new Map(); // key: what there was no room for
let isFull = false;
let tell = () => {};

/** What is kept under a key, or null. */
export const getItem = (storage, key) => held.get(key) ?? storage.getItem(key);

/** Keep a text under a key. */
export function setItem(storage, key, words) {
  try {
    storage.setItem(key, words);
    held.delete(key);
  } catch (error) {
    if (!FULL.includes(error.name)) throw error;
    held.set(key, words);
    if (isFull) return;
    isFull = true;
    tell();
  }
}

/** Keep nothing under a key. */
export function removeItem(storage, key) {
  held.delete(key);
  storage.removeItem(key);
}

/** Call `say`, once, when there is no room for something, also if that has been so already. */
export function whenFull(say) {
  tell = say;
  if (isFull) tell();
}
