// From the last maps to the answer: flatten, votes, ten logits, and softmax, which cuts them from one bar.
import { text } from "../../../locales/language.js";
import { button, make, write } from "../../../dom/elements.js";
import { decimal, inPercent, plain, withSign } from "../../../locales/numbers.js";
import { pageScale } from "../../../painting/colormap.js";
import { themed } from "../pictures/layers/themed.js";
import { figure, frame, plate } from "../pictures/plates.js";

export const defaults = {};
export const cards = {
  flatten: { river: ["conv3", "flatten"] },
  votes: { river: ["dense1", "softmax"] },
  logits: { show: showLogits },
  softmax: { show: showSoftmax, setUp: { added: "5" }, enter: (stage) => stage.set({ added: "0" }) },
  question: { show: showFlattening },
};

const ACROSS = 16; // maps side by side
const GAP = -1; // between two maps
const MOST_ADDED = 10; // to all logits, either way
const NAMED = 0.04; // share of the bar that has room for its digit
const ROOM = 1.08; // of the bars of logits, so that the longest does not touch the number

function showLogits(stage) {
  showDecision(stage, "decision");
}

function showSoftmax(stage) {
  showDecision(stage, "decision whole");
}

function showDecision(stage, className) {
  const element = make("div", className);
  const adding = addingTo(stage);
  const lines = make("div", { style: "display: contents" });
  const cut = make("div", "cut whole-only");
  element.append(adding.element, lines, cut);
  stage.element.append(element);
  const draw = (decision) => {
    const added = Number(stage.state.added) || 0;
    adding.show(added);
    const logits = decision.logits.map((logit) => logit + added);
    lines.replaceChildren(...logits.map((logit, digit) => lineOf(stage, decision, logits, logit, digit)));
    cut.replaceChildren(...decision.probabilities.map((share, digit) => piece(share, digit, decision)));
  };
  stage.picture("decision", themed(element, draw));
}

/** A slider that adds the same number to all logits. */
function addingTo(stage) {
  const input = make("input", { type: "range", min: -MOST_ADDED, max: MOST_ADDED, step: 1, value: 0 });
  input.addEventListener("input", () => stage.set({ added: input.value }));
  const number = make("output", "");
  return {
    element: make("label", "adding whole-only", text("lessonAddToAll"), input, number),
    show(added) {
      input.value = added;
      write(number, added ? withSign(added, 0) : "0");
    },
  };
}

function lineOf(stage, { probabilities, digit: answer }, logits, logit, digit) {
  const look = () => stage.about.select("softmax", [digit]);
  const link = button({ className: "link", title: text("lessonLookInto") }, look, String(digit));
  const line = make(
    "div",
    "line",
    link,
    track(logit, Math.min(0, ...logits) * ROOM, Math.max(0, ...logits) * ROOM),
    make("span", "", decimal(logit)),
    make("span", "whole-only", "e", make("sup", "", decimal(logit, 1)), ` = ${plain(Math.exp(logit), 3)}`),
    track(probabilities[digit], 0, 1, "whole-only"),
    make("span", "whole-only", inPercent(probabilities[digit])),
  );
  line.classList.toggle("current", digit === answer);
  return line;
}

/** A bar from 0 to a number, between the least and the most that there are. */
function track(number, least, most, className = "") {
  const place = (value) => `${(100 * (value - least)) / (most - least || 1)}%`;
  const bar = make("i", "");
  const zero = make("i", "zero");
  const element = make("div", `track ${className}`, bar, zero);
  const color = number < 0 ? "var(--takes)" : "var(--adds)";
  const values = { from: place(Math.min(0, number)), to: place(Math.max(0, number)), zero: place(0), color };
  for (const [name, value] of Object.entries(values)) element.style.setProperty(`--${name}`, value);
  return element;
}

/** What a digit has of the whole bar. */
function piece(share, digit, { digit: answer }) {
  const element = make("span", digit === answer ? "current" : "", share >= NAMED ? `${digit} · ${inPercent(share)}` : "");
  element.style.flexGrow = share;
  element.title = `${digit}: ${inPercent(share)}`;
  return element;
}

/** All maps with their strongest number, and the same numbers in a row. */
function showFlattening(stage) {
  const element = make("div", "flattening");
  stage.element.append(element);
  const draw = (decision) => element.replaceChildren(mapsOf(decision), flattened(decision));
  stage.picture("decision", themed(element, draw));
}

function mapsOf({ maps: numbers, cell }) {
  const [height, width, channels] = [numbers.length, numbers[0].length, numbers[0][0].length];
  const side = width + 1;
  const down = Math.ceil(channels / ACROSS);
  const pixels = Array.from({ length: down * side - 1 }, (_, y) =>
    Array.from({ length: ACROSS * side - 1 }, (__, x) => {
      const channel = Math.floor(y / side) * ACROSS + Math.floor(x / side);
      return numbers[y % side]?.[x % side]?.[channel] ?? GAP;
    }),
  );
  const scale = pageScale();
  const canvas = plate(pixels, (level) => (level === GAP ? 0 : scale.pixels[level]));
  const left = (cell[2] % ACROSS) * side + cell[1];
  const top = Math.floor(cell[2] / ACROSS) * side + cell[0];
  const spot = frame([left, top, left + 1, top + 1], pixels[0].length, pixels.length, "cell");
  return figure(canvas, text("lessonMaps", { channels, height, width }), [spot]);
}

function flattened({ maps: numbers }) {
  const flat = numbers.flat(2);
  const scale = pageScale();
  return figure(plate([flat], (level) => scale.pixels[level]), text("lessonRow", { count: flat.length }), [], "thin");
}
