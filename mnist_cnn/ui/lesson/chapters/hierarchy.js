// What the strongest number of each layer sees of the drawing, and what would excite it most.
import { text } from "../../locales/language.js";
import { inkCanvas, picturesOf } from "../../lens/channel.js";
import { make } from "../../lens/elements.js";
import { figure, frame, inkPlate, levelPlate } from "../plates.js";

export const defaults = {};

const SHIPPED = ""; // the lesson is about the shipped network, whichever reads the drawing

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
  const best = figure(make("canvas", "plate"), text("excitesMostWait"));
  show(best, layer, channel);
  return make(
    "section",
    "sight",
    make("h4", "", link),
    figure(levelPlate(map), text("lessonChannel", { channel }), [spot]),
    figure(inkPlate(patch), text("lessonSees")),
    best,
  );
}

/** The picture comes later, when the server has to compute it first. */
function show(best, layer, channel) {
  const caption = best.querySelector("figcaption");
  picturesOf(layer, SHIPPED).then(
    (pictures) => {
      const canvas = inkCanvas(pictures(channel));
      canvas.classList.add("plate");
      best.querySelector("canvas").replaceWith(canvas);
      caption.textContent = text("lessonExcites");
    },
    () => (caption.textContent = text("unreachable")),
  );
}
