// What the strongest number of each layer sees of the drawing, and what would excite it most.
import { text } from "../../../locales/language.js";
import { rowsOf } from "../../../experiments/matrix.js";
import { button, make } from "../../../dom/elements.js";
import { show as showFeature } from "../../lens/feature-pictures.js";
import { subject } from "../../../state/network-files.js";
import { captioned, inkOf, mapOf, themed } from "../pictures/layers/themed.js";
import { frame } from "../pictures/plates.js";

export const defaults = {};
export const cards = {
  field: { show: showFields, enter: enter("field"), play: (stage) => fields.get(stage).play() },
  strongest: { show: showStrongest },
  deep: { show: showFields, enter: enter("deep"), play: (stage) => fields.get(stage).open() },
  question: { show: showFields, enter: enter("question") },
};

const DEEPEST = "conv3"; // asked for on the card "deep", and not shown before
const PACE = 900; // milliseconds from one layer to the next
const fields = new WeakMap(); // Stage: its Fields

// Safe for color-blind people: Okabe and Ito, Color Universal Design (2008).
const COLORS = ["#D55E00", "#E69F00", "#009E73", "#0072B2", "#CC79A7"];

function showFields(stage) {
  const picture = new Fields();
  fields.set(stage, picture);
  stage.onClose(() => picture.stop());
  stage.element.append(picture.element);
  stage.picture("sights", themed(picture.element, (found) => picture.show(found)));
}

function enter(card) {
  return (stage) => fields.get(stage).enter(card);
}

/** The frames of all layers on the drawing, the first ones up to the one that is chosen. */
class Fields {
  #shown = null;
  #at = Infinity; // the last layer whose frame is shown
  #hides = false; // whether that of the deepest is kept back
  #timer = null;

  constructor() {
    this.element = make("div", "fields");
  }

  /** A card comes up: "field", "deep", whose answer is kept back, or "question". */
  enter(card) {
    this.stop();
    this.#hides = card !== "question";
    this.#at = Infinity;
    this.#tell();
  }

  show(found) {
    this.#shown = found;
    const { image, layers } = found;
    const frames = layers.map(({ strongest }, i) => colored(frame(strongest.region, image.length), i));
    const names = layers.map(({ layer, size }, i) => {
      const choose = () => this.#choose(i);
      const label = text("lessonSeesPixels", { layer, size });
      return colored(button({ "aria-label": label }, choose, make("span", "", layer), make("b", "", `${size}×${size}`)), i);
    });
    this.element.replaceChildren(make("div", "over", inkOf(image), ...frames), make("div", "sees", ...names));
    this.#tell();
  }

  /** Go through the layers, one by one. */
  play() {
    this.stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.#at = 0;
    const step = () => {
      this.#tell();
      if (this.#at >= this.#count - 1) return;
      this.#timer = setTimeout(() => {
        this.#at++;
        step();
      }, PACE);
    };
    step();
  }

  /** Show what was kept back. */
  open() {
    this.#hides = false;
    this.#at = Infinity;
    this.#tell();
  }

  get #count() {
    return this.#shown ? this.#shown.layers.length - (this.#hides ? 1 : 0) : Infinity;
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #choose(i) {
    this.stop();
    this.#at = i;
    this.#tell();
  }

  #tell() {
    const last = Math.min(this.#at, this.#count - 1);
    this.element.querySelectorAll(".frame").forEach((box, i) => box.classList.toggle("away", i > last));
    this.element.querySelectorAll(".sees button").forEach((name, i) => {
      name.hidden = this.#hides && this.#shown.layers[i].layer === DEEPEST;
      name.setAttribute("aria-pressed", String(i === last));
    });
  }
}

function showStrongest(stage) {
  const columns = make("div", "strongest");
  stage.element.append(columns);
  const draw = ({ layers }) => columns.replaceChildren(...layers.map((sight, i) => colored(sightOf(stage, sight), i)));
  stage.picture("sights", themed(columns, draw));
}

function colored(element, i) {
  element.style.setProperty("--layer", COLORS[i % COLORS.length]);
  return element;
}

function sightOf(stage, { layer, strongest, patch }) {
  const [row, column, channel] = strongest.cell;
  const { map } = strongest;
  const spot = frame([column, row, column + 1, row + 1], map[0].length, map.length, "cell");
  const look = () => stage.about.select(layer, strongest.cell);
  const link = button({ className: "link", title: text("lessonLookInto") }, look, layer);
  const best = captioned(make("canvas", "plate"), text("excitesMostWait", { share: 0 }));
  showFeature(best, { network: subject(), layer, channel }, plateOf, "lessonExcites");
  return make(
    "section",
    "sight",
    make("h4", "", link),
    captioned(make("div", "over", mapOf(map), spot), text("lessonChannel", { channel })),
    captioned(inkOf(patch), text("lessonSees")),
    best,
  );
}

const plateOf = ({ width, levels }) => inkOf(rowsOf(levels, width));
