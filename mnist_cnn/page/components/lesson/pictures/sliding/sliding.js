// THE picture of a convolution: a window runs over the drawing and writes the map, which is empty at first,
// cell by cell; by itself, by hand, or by the slider.
import { text } from "../../../../locales/language.js";
import { cellUnder, make, set } from "../../../../dom/elements.js";
import { onTheme } from "../../../../dom/theme.js";
import { decimal } from "../../../../locales/numbers.js";
import { canvasOf } from "../../../../painting/canvas.js";
import { inkScale, pageScale } from "../../../../painting/colormap.js";
import { largest } from "../../../../painting/map.js";
import { SIDE, step } from "../../../../experiments/filtering.js";
import { onRoom } from "../room.js";
import { Controls } from "./controls.js";
import { Equation } from "./equation.js";
import { Overlay } from "./overlay.js";
import { fly } from "./flight.js";
import { followKeys, followPointer } from "./hand.js";
import { Level } from "./level.js";
import { moments, Player } from "./player.js";

const IMAGE = 28; // pixels of a side of the drawing
const MAP = IMAGE - SIDE + 1; // cells of a side of the map
const GAP = 2; // cells between the two
const WIDTH = IMAGE + GAP + MAP; // cells
const COUNT = MAP * MAP;
const COUNTED = 0.65; // of a slow cell's time: then all its products are added up
const LANDED = 0.9; // then the cell is written
const FULL = ["kernel", "relu", "secret"]; // cards whose map is written when they come up
const LEAST = 5; // pixels of a cell, where there is no more height; the rest is scrolled to
const MARGIN = 4; // pixels around the picture

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Sliding {
  #found = null; // what is shown, see experiments/chapters/convolution.js
  #at = 0; // the cell the window is at, row by row
  #written = new Uint8Array(COUNT);
  #done = 1; // how much of that cell is worked out
  #touched = false; // the window was moved by somebody, or has run
  #wantsRun = false;

  /** @param stage of the chapter: what is typed is set there */
  constructor(stage) {
    this.stage = stage;
    this.scene = "one"; // see `enter`
    this.player = new Player((cell, done) => this.#advance(cell, done), () => this.#tellRunning());
    this.equation = new Equation((changes) => stage.set(changes));
    this.overlay = new Overlay([WIDTH, IMAGE], [IMAGE + GAP, 1]);
    this.input = Object.assign(canvasOf(IMAGE, IMAGE), { className: "input" });
    this.map = Object.assign(canvasOf(MAP, MAP), { className: "map" });
    this.controls = new Controls(COUNT, () => this.#toggle(), (cell) => this.#moveAlong(cell));
    this.field = make("div", "field", this.input, this.map, this.overlay.element);
    this.level = new Level();
    this.element = make(
      "div",
      "sliding",
      this.field,
      make("div", "names", named("lessonPictureOf", IMAGE), named("lessonMapOf", MAP)),
      this.controls.element,
      this.equation.element,
      this.level.element,
    );
    this.overlay.hide(null);
    this.#followHand();
    onTheme(() => this.#found && this.element.isConnected && this.#paint());
  }

  /** Put it on the page, as large as its place allows. */
  open() {
    this.stage.element.append(this.element);
    onRoom(this.element, (width, height) => {
      this.room = [width - MARGIN, height - MARGIN];
      this.#fit();
    });
  }

  /** Make drawing and map as large as what stands below them lets them be. */
  #fit() {
    if (!this.room) return;
    const [width, height] = this.room;
    const below = this.element.offsetHeight - this.field.offsetHeight;
    const most = width / WIDTH;
    const cell = Math.min(most, Math.max(LEAST, (height - below) / IMAGE));
    this.element.style.setProperty("--cell", `${Math.floor(cell * 4) / 4}px`);
  }

  /** What is found of a drawing and a filter: the cells that are written are those of the new one. */
  show(found) {
    const isFirst = !this.#found;
    this.#found = found;
    if (isFirst) this.#fit();
    this.equation.choose(found, this.stage.state.kernel);
    if (isFirst || !this.#touched) this.#arrange();
    this.#paint();
    if (this.#wantsRun) this.run();
  }

  /**
   * A card comes up: "one" cell is written; the map is "empty"; or it is full, for "kernel", "relu", or a
   * "secret" cell.
   */
  enter(scene) {
    this.player.stop();
    this.scene = scene;
    this.#touched = false;
    this.#wantsRun = false;
    this.element.dataset.scene = scene; // for the style sheet
    this.#fit();
    if (this.#found) {
      this.#arrange();
      this.#paint();
    }
  }

  /** Write the map from its beginning; where no motion is wanted, it is there at once. */
  run() {
    this.#wantsRun = !this.#found; // the drawing is on its way
    if (!this.#found) return;
    this.#touched = true;
    if (isStill()) {
      this.#written.fill(1);
      return this.#paint();
    }
    this.#written.fill(0);
    this.#go(0);
  }

  #go(from) {
    const { image } = this.#found;
    const row = Math.max(0, image.findIndex((line) => line.some((ink) => ink > 0)) - SIDE + 1);
    const rows = image.slice(row, row + SIDE);
    const column = Math.max(0, image[0].findIndex((_, x) => rows.some((line) => line[x] > 0)) - SIDE + 1);
    this.player.run(moments(COUNT, row * MAP + column), from);
  }

  #toggle() {
    if (this.player.running) return this.#move([this.#at]);
    if (!this.#found || this.#at >= COUNT - 1 || !this.#written.includes(0)) return this.run();
    this.#touched = true;
    this.#go(this.#at);
  }

  /** Where the card begins. */
  #arrange() {
    const { first, hidden } = this.#found;
    const begins = this.scene === "secret" ? hidden : this.scene === "empty" ? { row: 0, column: 0 } : first;
    this.#written.fill(FULL.includes(this.scene) ? 1 : 0);
    this.#at = begins.row * MAP + begins.column;
    this.#done = 1;
    if (this.scene === "one") this.#written[this.#at] = 1;
  }

  /** The window has come to a cell by itself. */
  #advance(cell, done) {
    const before = this.#at;
    if (cell > before) this.#written.fill(1, before, cell);
    const isLanding = done < 1 && this.#done < COUNTED && done >= COUNTED;
    this.#at = cell;
    this.#done = done;
    if (done >= LANDED) this.#written[cell] = 1;
    this.#paint();
    if (isLanding) fly(this.equation.value, this.map, this.#place(), MAP);
  }

  /** Somebody moves the window: it writes all cells of `path`, the last is where it is then. */
  #move(path) {
    this.player.stop();
    this.#touched = true;
    for (const cell of path) this.#written[cell] = 1;
    this.#at = path.at(-1);
    this.#done = 1;
    this.#paint();
  }

  #place() {
    return [Math.floor(this.#at / MAP), this.#at % MAP];
  }

  /** Write all cells from where the window is up to one, row by row. */
  #moveAlong(cell) {
    const passed = Array.from({ length: Math.max(0, cell - this.#at) }, (_, i) => this.#at + i);
    this.#move([...passed, cell]);
  }

  #followHand() {
    set(this.input, { tabIndex: 0, role: "application", "aria-label": text("slideByHand") });
    const hand = {
      at: () => this.#place(),
      size: MAP,
      move: (places) => this.#found && this.#move(places.map(([row, column]) => row * MAP + column)),
    };
    // The pointer holds the window in its middle.
    const held = (event) => cellUnder(event, this.input, IMAGE, IMAGE).map((at) => Math.min(MAP - 1, Math.max(0, at - 1)));
    followPointer(this.input, held, hand);
    followPointer(this.map, (event) => cellUnder(event, this.map, MAP, MAP), hand);
    followKeys(this.input, hand);
  }

  #paint() {
    const { image, map, relu, hidden } = this.#found;
    const [row, column] = this.#place();
    const hides = this.scene === "secret" ? hidden : null;
    const isSecret = Boolean(hides) && row === hides.row && column === hides.column;
    const ink = inkScale();
    const scale = pageScale();
    const { pixels, zero, span } = scale.levels(!relu);
    const numbers = map.flat();
    const most = largest(numbers);
    paint(this.input, image.flat().map((level) => ink.pixels[level]));
    paint(this.map, numbers.map((value, i) => (this.#written[i] ? pixels[Math.round((value / most) * span + zero)] : 0)));
    this.overlay.point(row, column, SIDE);
    this.overlay.hide(hides);
    const now = step(image, this.#found, row, column);
    this.equation.show(now, {
      done: this.#done >= COUNTED ? SIDE * SIDE : Math.floor((this.#done / COUNTED) * (SIDE * SIDE + 1)),
      secret: isSecret,
      shade: scale.shade(now.value / most, !relu),
    });
    this.#tellRunning();
    this.controls.tell(this.#at, isSecret ? "?" : decimal(now.value));
    this.level.tell(this.#found);
  }

  #tellRunning() {
    this.controls.tellRunning(this.player.running);
  }
}

const named = (key, side) => make("span", "", text(key, { side }));

/** Put pixels, as `rgba` of painting/canvas.js makes them, on a canvas of as many. */
function paint(canvas, pixels) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  new Uint32Array(image.data.buffer).set(pixels);
  context.putImageData(image, 0, 0);
}
