// What this device has been shown already, so that it is not shown again: names, in localStorage.

const KEPT = "mnist_cnn.seen";

const names = () => (localStorage.getItem(KEPT) ?? "").split(" ").filter(Boolean);

export const seen = (name) => names().includes(name);

export function remember(name) {
  if (!seen(name)) localStorage.setItem(KEPT, [...names(), name].join(" "));
}
