// What the strongest number of each layer sees of the drawing, and what would excite it most.
import { text } from "../../locales/language.js";
import { rowsOf } from "../../experiments/rows.js";
import { make } from "../../lens/elements.js";
import { show } from "../../lens/exciting.js";
import { subject } from "../../network/files.js";
import { figure, frame, inkPlate, levelPlate } from "../plates.js";

export const defaults = {};

// Told apart by anybody's eyes: Okabe and Ito, Color Universal Design (2008).
const COLORS = ["#D55E00", "#E69F00", "#009E73", "#0072B2", "#CC79A7"];

export function create(stage) {
  const whole = make("div", "whole");
  const cards = make("div", "sights");
  stage.element.append(whole, cards);
  stage.picture("sights", ({ image, layers }) => {
    const side = image.length;
    const boxes = layers.map(({ strongest }, i) => colored(frame(strongest.region, side), i));
    whole.replaceChildren(figure(inkPlate(image), text("lessonFieldsOf"), boxes, "large"));
    cards.replaceChildren(...layers.map((sight, i) => colored(card(stage, sight), i)));
  });
}

function colored(element, i) {
  element.style.setProperty("--layer", COLORS[i % COLORS.length]);
  return element;
}

function card(stage, { layer, size, strongest, patch }) {
  const [row, column, channel] = strongest.cell;
  const { map } = strongest;
  const spot = frame([column, row, column + 1, row + 1], map[0].length, map.length, "cell");
  const link = make("button", "link", `${layer} · ${size}×${size}`);
  link.type = "button";
  link.title = text("lessonLookInto");
  link.addEventListener("click", () => stage.about.select(layer, strongest.cell));
  const best = figure(make("canvas", "plate"), text("excitesMostWait", { share: 0 }));
  show(best, { network: subject(), layer, channel }, inkOf, "lessonExcites");
  return make(
    "section",
    "sight",
    make("h4", "", link),
    figure(levelPlate(map), text("lessonChannel", { channel }), [spot]),
    figure(inkPlate(patch), text("lessonSees")),
    best,
  );
}

const inkOf = ({ width, levels }) => inkPlate(rowsOf(levels, width));
