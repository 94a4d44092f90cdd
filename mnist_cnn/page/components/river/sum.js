// The sum under the river: "Why 3?", the strongest channels with what each adds, what all others add, and
// the lead that is their sum.
import { button, make, onPointing, setLabel } from "../../dom/elements.js";
import { spread } from "../../explain/heatmap.js";
import { text } from "../../locales/language.js";
import { decimal, inPercent, withSign } from "../../locales/numbers.js";
import { canvasFrom, rgba, rgbOf } from "../../painting/canvas.js";
import { heatFrom } from "../../painting/map.js";
import { sum } from "../../reader/math.js";
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { emit, follow } from "../../state/events.js";
import { inSlices } from "../../reader/slices.js";

const FAINT = 0.3; // opacity of the ink that belongs to other pieces
const NOTHING = 0.005; // logits: less would be written as 0.00

/**
 * @param element the line
 * @param lookInto called with a digit whose probability is to be explained
 * @returns {show(scene | null, answer, digit)}
 */
export function createSum(element, lookInto) {
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

  follow([], write);
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
  const shown = sum(pieces.map(({ value }) => value));
  const rest = [
    { key: "sumOthers", value: sum(brought[at]) - shown },
    { key: "sumOff", value: account.of(name).off },
    { key: "sumBiases", value: account.biases },
  ];
  return { pieces, rest };
}

const question = (digit, answer) =>
  make(
    "p",
    "lead",
    make("b", "", text(digit === answer ? "whyDigit" : "whyNot", { digit })),
    " ",
    make("span", "", text("sumLead")),
  );

/** The drawing's ink, with the part on it that this piece comes from; pointing at it shows it on the pad. */
function pieceOf({ layer, channel, value }, image) {
  const about = { className: "piece", dataset: { layer, channel } };
  const piece = button(about, null, faintInk(image), number(value));
  setLabel(piece, text("sumPiece", { layer, channel, value: withSign(value) }));
  onPointing(piece, (on) => emit("piece", on ? { layer, channel } : null));
  return piece;
}

/** Paint where each piece comes from: a generator that pauses every few milliseconds. */
function* paintHeat(buttons, pieces, account) {
  for (const [i, { layer, channel }] of pieces.entries()) {
    const shares = spread(yield* account.inking(layer, channel), account.image);
    buttons[i].querySelector("canvas").getContext("2d").drawImage(heatFrom(shares), 0, 0);
  }
}

function faintInk(image) {
  const ink = rgbOf(getComputedStyle(document.body).color);
  return canvasFrom(image, IMAGE_SIZE, (level) => rgba(ink, Math.round(FAINT * level)));
}

const number = (value) => make("b", value < 0 ? "takes" : "adds", withSign(value));

const wordsOf = ({ key, value }) => make("span", "term", make("small", "", text(key)), number(value));

const total = (value) => make("b", "total", `= ${decimal(value)}`);

/** A button that leads to where the answer's probability comes from. */
const shareOf = (percent, lookInto) =>
  button({ className: "share", title: text("sumShareHint") }, lookInto, text("sumShare", { percent }));
