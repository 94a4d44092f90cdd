// From the last maps to the answer: flatten, a dense layer, ten logits, softmax.
import { text } from "../../locales/language.js";
import { make } from "../../lens/elements.js";
import { PAPER } from "../../maps/colormap.js";
import { decimal, percent } from "../numbers.js";
import { figure, frame, levelPlate, numberPlate, plate, scrolled } from "../plates.js";

export const defaults = {};

const ACROSS = 16; // maps side by side
const GAP = -1; // between two maps

export function create(stage) {
  const strips = make("div", "strips");
  const table = make("table", "softmax");
  stage.element.append(strips, scrolled(table));
  stage.picture("decision", (decision) => {
    strips.replaceChildren(maps(decision), row(decision), units(decision));
    table.replaceChildren(...rows(stage, decision));
  });
}

/** All channels, and the strongest number marked. */
function maps({ maps: numbers, cell }) {
  const [height, width, channels] = [numbers.length, numbers[0].length, numbers[0][0].length];
  const step = width + 1;
  const down = Math.ceil(channels / ACROSS);
  const pixels = Array.from({ length: down * step - 1 }, (_, y) =>
    Array.from({ length: ACROSS * step - 1 }, (__, x) => {
      const channel = Math.floor(y / step) * ACROSS + Math.floor(x / step);
      return numbers[y % step]?.[x % step]?.[channel] ?? GAP;
    }),
  );
  const canvas = plate(pixels, (level) => (level === GAP ? 0 : PAPER.pixels[level]));
  const left = (cell[2] % ACROSS) * step + cell[1];
  const top = Math.floor(cell[2] / ACROSS) * step + cell[0];
  const spot = frame([left, top, left + 1, top + 1], pixels[0].length, pixels.length, "cell");
  const caption = text("lessonMaps", { channels, height, width });
  return figure(canvas, caption, [spot], "strip");
}

function row({ maps: numbers }) {
  const flat = numbers.flat(2);
  return figure(levelPlate([flat]), text("lessonRow", { count: flat.length }), [], "strip thin");
}

const units = ({ units: values }) =>
  figure(numberPlate([values]), text("lessonUnits", { count: values.length }), [], "strip thin");

function rows(stage, { logits, exponentials, denominator, probabilities, digit }) {
  const most = Math.max(...logits);
  const heads = ["lessonDigit", "lessonLogit", "exponential", "lessonProbability"];
  return [
    make("tr", "", ...heads.map((key) => make("th", "", text(key)))),
    ...logits.map((logit, i) => {
      const link = make("button", "link", String(i));
      link.type = "button";
      link.title = text("lessonLookInto");
      link.addEventListener("click", () => stage.about.select("softmax", [i]));
      const power = `exp(${decimal(logit - most)}) = ${decimal(exponentials[i], 4)}`;
      const line = make("tr", i === digit ? "current" : "", make("th", "", link));
      line.append(
        make("td", "", decimal(logit)),
        make("td", "", power),
        make("td", "", `÷ ${decimal(denominator, 4)} = ${percent(probabilities[i], 2)}`),
      );
      return line;
    }),
  ];
}
