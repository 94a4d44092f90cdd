// Which network reads the drawing in this tab: the one that is looked at on the Train page, else the one
// this person uses, else the one the teacher gave everybody, else the shipped one.
//
// A network is {reference, layers, kind, …}: its reference on the server, "" for the shipped one;
// its layers, as network_file.py lists them; what it is, one of the kinds in network.js, with the values of
// its sentence; `version`, where the same reference means newer weights; and `run`, where it is one
// moment of that run. Everybody hears of it when it is there and can read.
import { reading as readingWith } from "../reader/reading.js";
import { finished } from "../reader/slices.js";
import { emit } from "./events.js";
import { isRefusal } from "../transport/http.js";
import { latest } from "../transport/retry.js";
import { getItem, removeItem, setItem } from "../transport/storage.js";
import { addressOf, fileAt, networkNamed } from "./network-files.js";
import { muted } from "./muted.js";

const STORAGE_KEY = "mnist_cnn.network";
const PATIENCE = 1500; // milliseconds until a person is told that a network is still on its way

let shipped = null;
let offered = null; // what the teacher has chosen for everyone
let used = null;
let looked = null;
let told = null;
let loaded = null; // {network, judge}: what reads now

/** Begin with the shipped network, whose layers are given, as network_file.py lists them, or with the one used last. */
export function begin({ layers }) {
  shipped = { reference: "", layers, kind: "shipped" };
  used = JSON.parse(getItem(sessionStorage, STORAGE_KEY));
  tell();
}

/**
 * What the network that reads now makes of a drawing, see reader/reading.js, with these channels muted;
 * null: none is there yet.
 */
export const read = (drawing, without) => finished(readInSlices(drawing, without));

/** The same as a generator, which rests every few milliseconds; null also where another reads by then. */
export function* readInSlices(drawing, without = muted()) {
  const mine = loaded;
  if (!mine) return null;
  const answer = yield* readingWith(mine.network, mine.judge, drawing, without);
  return mine === loaded ? answer : null;
}

/** The reference of the network this person uses. */
export const usedReference = () => used?.reference ?? "";

/** The network that reads when none is looked at. */
export const kept = () => used ?? offered ?? shipped;

/** The network that reads now, or is on its way. */
export const reading = () => looked ?? kept();

/** Read by a network from now on; null: by the shipped one. */
export function use(network) {
  used = network;
  if (network) setItem(sessionStorage, STORAGE_KEY, JSON.stringify(network));
  else removeItem(sessionStorage, STORAGE_KEY);
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
  const name = `${network.reference} ${network.version ?? ""} ${network.kind} ${usedReference()}`;
  if (name === told) return;
  told = name;
  load(network);
}

// One on its way at a time, however quickly a training makes new weights.
const load = latest(fetched, take, (error, { reference }) => {
  emit("trouble", error);
  if (!isRefusal(error)) return;
  told = null; // it is asked for again when it is chosen again
  if (error.refused === "networkGone" && isWanted(reference)) goBack();
});

async function fetched(wanted) {
  const late = setTimeout(() => emit("trouble", { refused: "slow" }), PATIENCE);
  const found = wanted.reference ? fileAt(addressOf(wanted)) : networkNamed("network");
  const both = Promise.all([found, networkNamed("judge")]);
  const [network, judge] = await both.finally(() => clearTimeout(late));
  return { network, judge };
}

function take(next, wanted) {
  emit("trouble", null);
  if (!isWanted(wanted.reference)) return; // another one is, by now
  loaded = next;
  emit("network", { ...wanted, file: loaded.network });
}

const isWanted = (reference) => reading().reference === reference;
