// The room that weights take beside that of the training digits, to scale; and what fits into it.
import { make } from "../../../../dom/elements.js";
import { text } from "../../../../locales/language.js";
import { whole } from "../../../../locales/numbers.js";
import { canvasFrom, canvasOf, inkOnPaper } from "../../../../painting/canvas.js";
import { signedPixel } from "../../../../painting/colormap.js";
import { IMAGE_SIZE } from "../../../../reader/preprocess.js";
import { subject } from "../../../../state/network-files.js";
import { isPlayed } from "../played.js";
import { Plays, play } from "./motion.js";
import { CREDIT, shippedDigits } from "./shipped-digits.js";

const TIME = 3000; // milliseconds until the room is full
const FULL_COLOR = 0.15; // a weight of this size or more has the full colour

const plays = new Plays();
const paintings = new WeakMap(); // Network: all its weights, painted
let mixed = null; // pictures of the training digits, once they have been shown

export function show(stage) {
  const scale = make("figure", "scale");
  const filled = make("figure", "filled");
  const weights = make("figure", "weights");
  stage.element.append(make("div", "room", scale, make("div", "inside", filled, weights)));
  stage.picture(
    "room",
    (room, { digits, network }) => {
      scale.replaceChildren(...toScale(room));
      weights.replaceChildren(...allOf(room, network));
      const fill = filling(filled, digits ? tilesOf(digits) : [inkOnPaper(room.image.flat())], room);
      const isFilled = isPlayed(stage);
      fill(isFilled ? 1 : 0);
      weights.classList.toggle("veiled", !isFilled);
      plays.ready(stage, () => {
        weights.classList.remove("veiled");
        return play(TIME, fill);
      });
    },
    { fixed: true, patient: true, beside: digitsAndWeights },
  );
  stage.onClose(() => plays.end(stage));
}

/** Fill the room of the weights with pictures. */
export const fill = (stage) => plays.play(stage);

/** Two squares, whose areas are as the bytes. */
function toScale({ weights, digits, count }) {
  const small = make("i", "weights-area");
  small.style.width = `${100 * Math.sqrt(weights / digits)}%`;
  const values = { count: whole(count), size: megabytes(digits) };
  const name = make("b", "", text("lessonRoomDigits", values));
  const caption = text("lessonRoomWeights", { size: kilobytes(weights) });
  return [make("div", "digits-area", name, small), make("figcaption", "", make("i", "key"), caption)];
}

const digitsAndWeights = async () => ({ digits: await shippedDigits(), network: await subject() });

/** All weights, a pixel each. */
function allOf({ parameters }, network) {
  if (!paintings.has(network)) paintings.set(network, paint(network));
  const caption = text("lessonRoomInside", { count: whole(parameters) });
  return [paintings.get(network), make("figcaption", "", caption)];
}

function paint({ layers, weights }) {
  const arrays = layers.flatMap(({ name }) => weights.get(name) ?? []);
  const side = Math.ceil(Math.sqrt(arrays.reduce((total, { length }) => total + length, 0)));
  const numbers = new Float32Array(side * side);
  let at = 0;
  for (const array of arrays) {
    numbers.set(array, at);
    at += array.length;
  }
  return canvasFrom(numbers, side, (weight) => signedPixel(weight / FULL_COLOR));
}

/** A function that fills the room of the weights with a share of the pictures that fit. */
function filling(figure, tiles, { fit, count }) {
  const across = Math.ceil(Math.sqrt(fit));
  const side = across * IMAGE_SIZE;
  const canvas = canvasOf(side, side);
  const context = canvas.getContext("2d");
  const caption = make("figcaption", "");
  figure.replaceChildren(canvas, caption);
  let there = 0;
  return (share) => {
    const wanted = Math.round(share * fit);
    if (wanted < there) context.clearRect(0, 0, side, side);
    for (let i = wanted < there ? 0 : there; i < wanted; i++) {
      const [x, y] = [i % across, Math.floor(i / across)];
      context.drawImage(tiles[i % tiles.length], x * IMAGE_SIZE, y * IMAGE_SIZE);
    }
    there = wanted;
    const key = share < 1 ? "lessonRoomFilling" : "lessonRoomFull";
    caption.textContent = text(key, { fit: whole(wanted), count: whole(count) });
    caption.title = CREDIT;
  };
}

/** Training digits as pictures, painted once. */
function tilesOf({ count, side, pictures }) {
  const order = Array.from({ length: count }, (_, i) => (i * 619) % count); // not sorted by digit
  return (mixed ??= order.map((i) => inkOnPaper(pictures.subarray(i * side * side, (i + 1) * side * side))));
}

const kilobytes = (bytes) => `${whole(Math.round(bytes / 1e3))} kB`;
const megabytes = (bytes) => `${whole(Math.round(bytes / 1e6))} MB`;
