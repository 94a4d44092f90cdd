// The sum under the river: "Why 3?", the pieces of one's own ink with what each has brought, what all
// others bring, and the lead that they add up to.
import { inPercent } from "../answer/words.js";
import { spread } from "../explain/evidence.js";
import { text, onLanguage } from "../locales/language.js";
import { signedPixel } from "../maps/colormap.js";
import { canvasOf } from "../pad/canvas.js";
import { emit } from "../transport/events.js";
import { inSlices } from "../transport/pause.js";
import { signed } from "./painter.js";

const SIDE = 28; // pixels
const GAIN = 1.4; // the strongest pixels are few: bring up the others
const FAINT = 0.3; // of the ink that a piece is not of
const NOTHING = 0.005; // logits: less would be written as 0.00

/**
 * @param element the line
 * @param lookInto called with a digit whose probability is to be explained
 * @returns {show(scene | null, answer, digit)}
 */
export function showSum(element, lookInto) {
  let shown = null;

  function write() {
    element.hidden = !shown;
    if (!shown) return;
    const { scene, answer, digit } = shown;
    const { account } = scene;
    const terms = termsOf(scene);
    const probability = inPercent(answer.probabilities[digit]);
    const pieces = terms.pieces.map((piece) => pieceOf(piece, answer.image));
    element.replaceChildren(
      question(digit, answer.digit),
      ...pieces,
      ...terms.rest.filter(({ value }) => Math.abs(value) >= NOTHING).map(wordsOf),
      total(account.lead),
      shareOf(probability, () => lookInto(digit)),
    );
    const mine = shown;
    inSlices(paintHeat(pieces, terms.pieces, account), () => shown === mine);
  }

  onLanguage(write);
  return {
    show(scene, answer, digit) {
      shown = scene && { scene, answer, digit };
      write();
    },
  };
}

/**
 * What the lead is the sum of: of the last maps, or, where there are none, of the first units; of a
 * network that has neither, of the picture.
 * @returns {{pieces: {layer, channel, value}[], rest: {key, value}[]}}
 */
function termsOf({ account, columns, slots, brought }) {
  if (columns.length === 1) {
    const value = account.lead - account.biases;
    return { pieces: [], rest: [{ key: "sumInk", value }, { key: "sumBiases", value: account.biases }] };
  }
  const at = Math.max(columns.findLastIndex(({ kind }) => kind === "maps"), 1);
  const { name } = columns[at].layer;
  const pieces = slots[at]
    .filter((channel) => channel !== null)
    .map((channel) => ({ layer: name, channel, value: brought[at][channel] }));
  pieces.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const told = pieces.reduce((sum, { value }) => sum + value, 0);
  const all = brought[at].reduce((sum, value) => sum + value, 0);
  const rest = [
    { key: "sumOthers", value: all - told },
    { key: "sumOff", value: account.of(name).off },
    { key: "sumBiases", value: account.biases },
  ];
  return { pieces, rest };
}

function question(digit, answer) {
  const words = document.createElement("p");
  words.className = "lead";
  const asked = document.createElement("b");
  asked.textContent = text(digit === answer ? "whyDigit" : "whyNot", { digit });
  const more = document.createElement("span");
  more.textContent = text("sumLead");
  words.append(asked, " ", more);
  return words;
}

/** One's own ink, on which where this piece comes from is painted; large on the pad while it is pointed at. */
function pieceOf({ layer, channel, value }, image) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "piece" });
  Object.assign(button.dataset, { layer, channel });
  button.title = button.ariaLabel = text("sumPiece", { layer, channel, value: signed(value) });
  button.append(faintInk(image), number(value));
  const point = (on) => emit("piece", on ? { layer, channel } : null);
  for (const name of ["pointerenter", "focus"]) button.addEventListener(name, () => point(true));
  for (const name of ["pointerleave", "blur"]) button.addEventListener(name, () => point(false));
  return button;
}

/** Where all pieces come from, one after the other: a generator, which rests every few milliseconds. */
function* paintHeat(buttons, pieces, account) {
  for (const [i, { layer, channel }] of pieces.entries()) {
    const shares = spread(yield* account.inking(layer, channel), account.image);
    paintShares(buttons[i].querySelector("canvas").getContext("2d"), shares);
  }
}

function faintInk(image) {
  const canvas = canvasOf(SIDE, SIDE);
  const ink = getComputedStyle(document.body).color.match(/\d+/g).map(Number);
  const faint = new ImageData(SIDE, SIDE);
  image.forEach((level, i) => faint.data.set([...ink.slice(0, 3), FAINT * level], 4 * i));
  canvas.getContext("2d").putImageData(faint, 0, 0);
  return canvas;
}

function paintShares(context, shares) {
  const most = shares.reduce((m, share) => Math.max(m, Math.abs(share)), 1e-9);
  const heat = Uint32Array.from(shares, (share) => signedPixel((share / most) * GAIN));
  const over = canvasOf(SIDE, SIDE);
  const pixels = new ImageData(new Uint8ClampedArray(heat.buffer), SIDE, SIDE);
  over.getContext("2d").putImageData(pixels, 0, 0);
  context.drawImage(over, 0, 0);
}

function number(value) {
  const element = document.createElement("b");
  element.className = value < 0 ? "takes" : "adds";
  element.textContent = signed(value);
  return element;
}

function wordsOf({ key, value }) {
  const term = document.createElement("span");
  term.className = "term";
  const name = document.createElement("small");
  name.textContent = text(key);
  term.append(name, number(value));
  return term;
}

function total(value) {
  const element = document.createElement("b");
  element.className = "total";
  element.textContent = `= ${value.toFixed(2).replace("-", "−")}`;
  return element;
}

/** The way on: where the share of the answer comes from. */
function shareOf(percent, lookInto) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "share" });
  button.textContent = text("sumShare", { percent });
  button.title = text("sumShareHint");
  button.addEventListener("click", lookInto);
  return button;
}
