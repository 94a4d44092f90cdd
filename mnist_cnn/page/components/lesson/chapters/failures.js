// A small digit in a corner, preprocessing with steps left out, drawings that are no digits, and pixels
// that turn the answer.
import { text } from "../../../locales/language.js";
import { button, make } from "../../../dom/elements.js";
import { valueOf } from "../../../state/events.js";
import { doubtOf } from "../../answer/doubt.js";
import { NO_DIGITS } from "../drawings.js";
import { decimal, percent } from "../../../locales/numbers.js";
import { draggable } from "../pictures/dragging.js";
import { figure, frame, inkPlate, signedPlate } from "../pictures/plates.js";
import { probabilityBars } from "../pictures/plots/probabilities.js";
import { scene } from "../pictures/scene.js";

export const defaults = { at: "" }; // left,top,size of the small digit; "corner": where it fails
const CORNER = { at: "corner" };
export const cards = {
  corner: { show: showCorner, enter: outOfTheCorner, setUp: CORNER },
  without: { show: showWithout, setUp: CORNER, enter: intoTheCorner },
  nodigit: { show: showNoDigit },
  flip: { show: showFlips },
  question: { show: showWithout, enter: intoTheCorner },
};

const SIDE = 28; // pixels of the picture
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

/** The digit, to be dragged, and what the network reads without centring and with it. */
function showCorner(stage) {
  let shown = { left: 0, top: 0, size: 0 };
  const put = (left, top, size) => {
    shown = { left: inside(left), top: inside(top), size };
    stage.set({ at: `${shown.left},${shown.top},${size}` });
  };
  const drawing = draggable(text("lessonCornerKeys"), SIDE, {
    at: () => [shown.left, shown.top],
    move: ([left, top]) => put(left, top, shown.size),
  });
  const slider = make("input", { type: "range" });
  slider.addEventListener("input", () => put(shown.left, shown.top, Number(slider.value)));
  const size = make("label", "across epochs", text("lessonSize"), slider);
  const beside = make("div", "beside");
  scene(stage, { columns: 2, rows: 1, caption: "1.6rem", beside: "3rem" }, drawing, beside, size);
  stage.picture("corner", (found) => {
    const { image, digit, probabilities, centred, sizes } = found;
    shown = { left: found.left, top: found.top, size: found.size };
    Object.assign(slider, { min: sizes[0], max: sizes[1], value: found.size });
    drawing.replaceChildren(figure(inkPlate(image), text("lessonDragDigit")));
    beside.replaceChildren(readHere(digit, probabilities, centred), readCentred(centred));
  });
}

const inside = (pixel) => Math.min(SIDE - 1, Math.max(0, pixel));

function readHere(digit, probabilities, { digit: own }) {
  const share = percent(probabilities[digit]);
  const words = make("b", digit === own ? "same" : "misread", text("lessonReadHere", { digit, share }));
  return probabilityBars(probabilities, digit, words);
}

const readCentred = ({ image, digit, probability }) =>
  figure(inkPlate(image), text("lessonReadCentred", { digit, share: percent(probability) }), [], "centred");

/** The digit comes out of the corner where it fails: that answers the prediction. */
function outOfTheCorner(stage) {
  if (stage.state.at === CORNER.at) stage.set({ at: "" });
}

/** The digit goes into the corner where it fails, unless somebody has put it elsewhere. */
function intoTheCorner(stage) {
  if (!stage.state.at) stage.set(CORNER);
}

/** The readings with one step left out at a time, those first that fail, and the one with nothing left out. */
function showWithout(stage) {
  const grid = scene(stage, { columns: 5, rows: 2, caption: "2.8rem", smallCaption: "2.6rem" });
  stage.picture("without", ([all, ...others]) => {
    const sorted = [...others.filter(({ same }) => !same), ...others.filter(({ same }) => same)];
    grid.replaceChildren(...[all, ...sorted].map(without));
  });
}

function without({ name, image, digit, probability, same }) {
  const answer = make("b", same ? "same" : "misread", `${digit} ${same ? "✓" : "✗"}`);
  const caption = make("span", "", answer, ` ${percent(probability, 0)} · ${text(WITHOUT[name])}`);
  return figure(inkPlate(image), caption, [], name === "all" ? "whole-way" : same ? "" : "wrong");
}

/** What is drawn, its answer, and the doubt of the judge; buttons that draw what is no digit. */
function showNoDigit(stage) {
  const drawings = NO_DIGITS.map((name) => button("", () => stage.about.draw(name), text(DRAWINGS[name])));
  const controls = make("div", "across controls", make("div", "choice", ...drawings));
  const picture = make("div", "");
  const beside = make("div", "beside alone");
  const doubt = make("p", { className: "across readout", role: "status" });
  scene(stage, { columns: 2, rows: 1, beside: "7rem", caption: "1.6rem" }, controls, picture, beside, doubt);
  stage.picture("answer", ({ image, digit, probabilities }) => {
    picture.replaceChildren(figure(inkPlate(image), text("lessonWhatItReads")));
    const words = text("lessonNames", { digit, share: percent(probabilities[digit]) });
    beside.replaceChildren(probabilityBars(probabilities, digit, make("b", "", words)));
    doubt.textContent = doubtOf(valueOf("answer").answer) || text("lessonNoDoubt");
  });
}

/** Two changes that turn the answer: before, the change, after. */
function showFlips(stage) {
  const waiting = make("p", "across hint", text("lessonSearching"));
  const grid = scene(stage, { columns: 3, rows: 2, caption: "2.8rem" }, waiting);
  stage.picture(
    "flips",
    ({ image, fewest, smallest }) => {
      const rows = [["lessonFewest", fewest], ["lessonSmallest", smallest]];
      grid.replaceChildren(...rows.flatMap(([key, flip]) => flipped(image, key, flip)));
    },
    { patient: true },
  );
}

const read = (digit, shares) => make("span", "", make("b", "", String(digit)), ` ${percent(shares[digit], 0)}`);

function flipped(image, key, flip) {
  if (!flip) return [make("p", "across hint", text("lessonNoFlip"))];
  const { pixels, digit, other, before, after, norm } = flip;
  const side = image.length;
  const change = flip.image.map((row, y) => row.map((level, x) => (level - image[y][x]) / 255));
  const few = key === "lessonFewest";
  const boxes = few ? pixels.map(([y, x]) => frame([x, y, x + 1, y + 1], side, side, "changed")) : [];
  const words = text(key, { count: pixels.length, norm: decimal(norm) });
  return [
    figure(inkPlate(image), read(digit, before)),
    figure(signedPlate(change), words),
    figure(inkPlate(flip.image), read(other, after), boxes),
  ];
}
