// Pictures of what excites a channel most. Those of the shipped network, which the lesson is about, come
// in a file, see mnist_cnn/lesson/features_file.py; the worker computes those of other networks.
import { ABANDONED, work } from "../../worker/work.js";
import { text } from "../../locales/language.js";
import { sentenceOf } from "../../locales/refusals.js";
import { unpack } from "../../reader/packed.js";
import { subject } from "../../state/network-files.js";
import { content, has } from "../../transport/contents.js";

const computed = new WeakMap(); // Network: its pictures, by layer and channel

/**
 * Show the picture in a figure that holds a canvas and a caption, which counts the progress. The work
 * is abandoned when the figure is no longer on the page.
 * @param about {network, layer, channel}: a Network or a promise of one, and the name of a layer
 *   other than flatten
 * @param paint turns {width, height, levels} into a canvas
 * @param words the key of the caption
 * @returns {Promise} settled, never rejected, when the picture or an error is shown
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
    (error) => {
      if (error.refused !== ABANDONED) caption.textContent = sentenceOf(error);
    },
  );
}

async function pictureOf({ layer, channel, ...about }, how) {
  const network = await about.network;
  const { file } = await subject();
  if (has("features") && network.file === file) return pictureIn(await content("features"), layer, channel);
  const key = `${layer} ${channel}`;
  const own = computed.get(network) ?? new Map();
  computed.set(network, own);
  if (!own.has(key)) own.set(key, await work("excite", { network, layer, channel }, how));
  return own.get(key);
}

function pictureIn(file, layer, channel) {
  const { head: shapes, at: first } = unpack(file);
  let at = first;
  for (const [name, [channels, height, width]] of Object.entries(shapes)) {
    const size = height * width;
    if (name === layer) return { width, height, levels: new Uint8Array(file, at + channel * size, size) };
    at += channels * size;
  }
  throw new RangeError(`The pictures have no layer ${layer}.`);
}
