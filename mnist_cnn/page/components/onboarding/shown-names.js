// The names of what this device has been shown already, in localStorage.
import { getItem, setItem } from "../../transport/storage.js";

const STORAGE_KEY = "mnist_cnn.seen";

const names = () => (getItem(localStorage, STORAGE_KEY) ?? "").split(" ").filter(Boolean);

export const seen = (name) => names().includes(name);

export function remember(name) {
  if (!seen(name)) setItem(localStorage, STORAGE_KEY, [...names(), name].join(" "));
}
