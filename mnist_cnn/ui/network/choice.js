// Which network reads the drawing: the one that is looked at on the Train page, else the one this
// person chose to use, else the shipped one. Only this tab is concerned.
//
// A network is {reference, layers, kind, …}: its reference on the server, "" for the shipped one;
// its layers, as page.py lists them; what it is, one of the kinds in network.js, with the values of
// its sentence; `version`, where the same reference means newer weights; and `run`, where it is one
// moment of that run.
import { emit } from "../transport/events.js";

const KEPT = "mnist_cnn.network";

let shipped = null;
let offered = null; // what the teacher has chosen for everyone
let used = null;
let looked = null;
let told = null;

/** layers: those of the shipped network */
export function begin(layers) {
  shipped = { reference: "", layers, kind: "shipped" };
  used = JSON.parse(sessionStorage.getItem(KEPT));
  tell();
}

/** The reference of the network this person uses. */
export const usedReference = () => used?.reference ?? "";

/** The network that reads when none is looked at; null: nobody has mounted the choice yet. */
export const kept = () => used ?? offered ?? shipped;

/** The network that reads now. */
export const reading = () => looked ?? kept();

/** Read by a network from now on; null: by the shipped one. */
export function use(network) {
  used = network;
  if (network) sessionStorage.setItem(KEPT, JSON.stringify(network));
  else sessionStorage.removeItem(KEPT);
  tell();
}

/** What everyone starts with who has chosen nothing else; null: the shipped one. */
export function offer(network) {
  offered = network;
  tell();
}

/** Read by a network while it is looked at; null: no longer. */
export function look(network) {
  looked = network;
  tell();
}

/** Go back to what everyone starts with, whatever is looked at or used. */
export function goBack() {
  looked = null;
  use(null);
}

function tell() {
  const network = reading();
  if (!network) return;
  const name = `${network.reference} ${network.version ?? ""} ${network.kind} ${usedReference()}`;
  if (name === told) return;
  told = name;
  emit("network", network);
}
