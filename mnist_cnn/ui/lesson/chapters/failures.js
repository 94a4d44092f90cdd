// Preprocessing with steps left out, drawings that are no digits, and pixels that turn the answer.
import { text } from "../../locales/language.js";
import { make } from "../../lens/elements.js";
import { NO_DIGITS } from "../drawings.js";
import { decimal, percent } from "../numbers.js";
import { figure, frame, inkPlate, signedPlate } from "../plates.js";

export const defaults = {};

const WITHOUT = {
  all: "withoutNothing",
  no_crop: "withoutCrop",
  no_scale: "withoutScale",
  no_aspect: "withoutAspect",
  no_antialias: "withoutAntialias",
  no_contrast: "withoutContrast",
  no_centre: "withoutCentre",
  inverted: "withoutPolarity",
  shrunk: "withoutAnything",
};
const DRAWINGS = { heart: "drawHeart", letter: "drawLetter", scribble: "drawScribble" };

export function create(stage) {
  const row = make("div", "plates small");
  const flips = make("div", "plates");
  const waiting = make("p", "hint", text("lessonSearching"));
  stage.element.append(
    row,
    make("h4", "", text("lessonNoDigits")),
    make("div", "choice", ...NO_DIGITS.map((name) => drawButton(stage, name))),
    make("h4", "", text("lessonFlips")),
    waiting,
    flips,
  );
  stage.picture("without", (all) => row.replaceChildren(...all.map(without)), { whole: true });
  stage.picture(
    "flips",
    ({ image, fewest, smallest }) => {
      waiting.hidden = true;
      const pairs = [["lessonFewest", fewest], ["lessonSmallest", smallest]];
      flips.replaceChildren(...pairs.flatMap(([key, flip]) => flipped(image, key, flip)));
    },
    { patient: true },
  );
}

function without({ name, image, digit, probability, same }) {
  const answer = make("b", "", `${digit} ${same ? "✓" : "✗"}`);
  const read = make("div", "read", answer, ` ${percent(probability, 0)}`);
  const caption = make("div", "", read, text(WITHOUT[name]));
  return figure(inkPlate(image), caption, [], same ? "" : "wrong");
}

function drawButton(stage, name) {
  const button = make("button", "", text(DRAWINGS[name]));
  button.type = "button";
  button.addEventListener("click", () => stage.about.draw(name));
  return button;
}

function flipped(image, key, flip) {
  if (!flip) return [make("p", "hint", text("lessonNoFlip"))];
  const { pixels, digit, other, before, after, norm } = flip;
  const side = image.length;
  const change = flip.image.map((row, y) => row.map((level, x) => (level - image[y][x]) / 255));
  const few = key === "lessonFewest";
  const boxes = few
    ? pixels.map(([y, x]) => frame([x, y, x + 1, y + 1], side, side, "changed"))
    : [];
  const words = text(key, { count: pixels.length, norm: decimal(norm) });
  const answers = `${digit} ${percent(before[digit])} → ${other} ${percent(after[other])}`;
  const caption = make("span", "", words, make("br", ""), make("b", "", answers));
  return [
    figure(inkPlate(flip.image), caption, boxes),
    figure(signedPlate(change), text("lessonChange")),
  ];
}
