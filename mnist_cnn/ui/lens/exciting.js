// Pictures of what excites a channel most: those of the shipped network, which the lesson is about, come
// in a file, see mnist_cnn/features_file.py; those of others are made in the worker.
import { ABANDONED, work } from "../background/background.js";
import { text } from "../locales/language.js";
import { subject } from "../network/files.js";
import { content, has } from "../transport/contents.js";

const made = new WeakMap(); // Network: its pictures, by layer and channel

/**
 * Show the picture in a figure that holds a canvas and a caption, which tells how much is computed. It is
 * abandoned when the figure is not on the page any more.
 * @param about {network, layer, channel}: the Network, or a promise of it, the name of a layer that is not flatten
 * @param paint turns {width, height, levels} into a canvas
 * @param words the key of its caption
 * @returns a promise that is kept in any case
 */
export function show(figure, about, paint, words) {
  const caption = figure.querySelector("figcaption");
  const control = new AbortController();
  const progress = (share) => {
    if (!figure.isConnected) control.abort();
    else if (!figure.matches(".made")) caption.textContent = text("excitesMostWait", { share: Math.round(100 * share) });
  };
  return pictureOf(about, { progress, signal: control.signal }).then(
    (picture) => {
      figure.classList.add("made");
      figure.querySelector("canvas").replaceWith(paint(picture));
      caption.textContent = text(words);
    },
    ({ refused }) => {
      if (refused !== ABANDONED) caption.textContent = text(refused ?? "unreachable");
    },
  );
}

async function pictureOf({ layer, channel, ...about }, how) {
  const network = await about.network;
  const { file } = await subject();
  if (has("features") && network.file === file) return pictureIn(await content("features"), layer, channel);
  const key = `${layer} ${channel}`;
  const own = made.get(network) ?? new Map();
  made.set(network, own);
  if (!own.has(key)) own.set(key, await work("excite", { network, layer, channel }, how));
  return own.get(key);
}

function pictureIn(file, layer, channel) {
  const length = new DataView(file).getUint32(0, true);
  const shapes = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 4, length)));
  let at = 4 + length;
  for (const [name, [channels, height, width]] of Object.entries(shapes)) {
    const size = height * width;
    if (name === layer) return { width, height, levels: new Uint8Array(file, at + channel * size, size) };
    at += channels * size;
  }
  throw new RangeError(`The pictures have no layer ${layer}.`);
}
