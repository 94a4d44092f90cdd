// The river: one picture from the ink to the votes, live while the pen moves.
import { place } from "../../dom/elements.js";
import { translate } from "../../locales/language.js";
import { IMAGE, Network } from "../../state/layers.js";
import { isMuted, toggle } from "../../state/muted.js";
import { onTheme } from "../../dom/theme.js";
import { emit, listen, valueOf } from "../../state/events.js";
import { measure } from "../../state/timing.js";
import { Fading } from "./fading.js";
import { colorsOf } from "./painting/colors.js";
import { columnsOf } from "./columns.js";
import { Crowd } from "./crowd.js";
import { createPixelOutlines } from "./receptive-fields.js";
import { across, down } from "./painting/geometry.js";
import { createMuting } from "./muting.js";
import { FADING, Painter } from "./painting/painter.js";
import { Pulse } from "./painting/pulse.js";
import { Scene } from "./scene.js";
import { createPicture } from "./painting/picture.js";
import { createSum } from "./sum.js";
import { Tiles, followHands, heading } from "./tiles.js";
import { headingOf, tileSentence } from "./words.js";
import { strongestCell } from "./strongest-cell.js";

const SLOTS = 6;
const MORE_SLOTS = 7; // where there is room
const ROOMY = 700; // CSS pixels of height
const LOW = 400; // the same: there is room for fewer
const TALL = 64; // the same: of a slot, where there are fewer
const CROWDS_FROM = 500; // the same, for all other channels
const [NUMBER, SMALLEST] = [0.68, 10]; // the size of a number under a map: of a letter, CSS pixels
const DIGITS = 10;
const DELAY = 180; // milliseconds without an answer, until what is slow is written

const moving = () => valueOf("pen").down;

/** props.layers: the layers of the network, as network_file.py lists them */
export function mount(element, props) {
  const root = element.querySelector(".river");
  const stage = element.querySelector(".stage");
  const painter = new Painter(element.querySelector(".stream"));
  const pulse = new Pulse(element.querySelector(".pulse"));
  const changes = new Fading();
  const picture = createPicture();
  const sum = createSum(element.querySelector(".sum"), (unit) => {
    emit("select", network.place(network.layers.at(-1).name, [unit]));
  });
  let shown = null; // the layers that are laid out
  let network, columns, tiles, crowds, scene;
  let geometry = null;
  let colors = colorsOf(stage);
  let answer = { empty: true };
  let frame = null;
  let held = null;
  let lit = null; // the names of the layers a card of the lesson speaks of
  let letters = null; // how numbers are written; asked for once, for the browser lays out the page then
  let strongest = null; // of each channel, what has the last of the colours
  let settling = null;
  let behind = 0; // the frame in which the crowds are painted

  const sizes = new ResizeObserver(() => fit());
  const digit = () => valueOf("asked").digit ?? answer.digit;

  function count() {
    const height = stage.clientHeight;
    if (flow() === "down") return SLOTS;
    if (height < LOW) return Math.max(3, Math.floor(height / TALL));
    return height >= ROOMY ? MORE_SLOTS : SLOTS;
  }

  const flow = () => getComputedStyle(stage).getPropertyValue("--flow").trim();

  /** Lay out the layers of a network. */
  function build(layers) {
    if (layers === shown) return;
    shown = layers;
    network = new Network(layers);
    columns = columnsOf(layers);
    document.body.style.setProperty("--rows", String(columns.length - 1)); // where it flows down
    answer = { empty: true };
    fit();
  }

  /** Put everything into its place for the room there is. */
  function fit() {
    geometry = null;
    if (!stage.clientWidth) return; // it is not shown
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const size = Math.max(SMALLEST, Math.round(NUMBER * rem));
    letters = `600 ${size}px ${getComputedStyle(stage).fontFamily}`;
    furnish(count());
    const label = rem * parseFloat(getComputedStyle(stage).getPropertyValue("--label"));
    const room = { width, height, rem, label, above: belowPad() };
    geometry =
      flow() === "down"
        ? down(room, columns, count())
        : across(room, columns, count(), height >= CROWDS_FROM);
    tiles.layout(geometry);
    crowds.forEach((crowd, i) => crowd?.fit(geometry.columns[i].crowd, geometry.columns[i].grid));
    labels();
    painter.fit(geometry, columns, digitEnds(), room);
    changes.forget();
    show();
    settle();
  }

  /** Dim the headings and the crowds of the columns that the lesson does not speak of. */
  function dim() {
    if (!crowds) return; // not laid out yet
    const names = columns.map(({ layer, twin }) => [layer?.name ?? IMAGE, twin?.name]);
    const dims = names.map((own) => lit !== null && !own.some((name) => lit.includes(name)));
    element.querySelectorAll(".label").forEach((label, i) => label.classList.toggle("dimmed", dims[i]));
    crowds.forEach((crowd, i) => crowd?.element.classList.toggle("dimmed", dims[i]));
    picture.canvas.classList.toggle("dimmed", dims[0]);
  }

  /** How far the stage is below the pad: a banner may be between them. */
  function belowPad() {
    const paper = document.querySelector("#pad .paper");
    const banner = document.querySelector("#network .network");
    if (banner) sizes.observe(banner); // it comes and goes
    return paper ? stage.getBoundingClientRect().top - paper.getBoundingClientRect().bottom : 0;
  }

  /** Make what stands in so many slots. */
  function furnish(slots) {
    if (tiles?.columns === columns && tiles.count === slots) return;
    held = null;
    tiles = new Tiles(element.querySelector(".tiles"), columns, slots);
    scene = new Scene(columns, slots, isMuted);
    tiles.buttons[0][0].append(picture.canvas, picture.over);
    crowds = columns.map((column) => {
      return column.layer && new Crowd(column, () => emit("unfold", { layer: column.layer.name }));
    });
    tiles.element.append(...crowds.filter(Boolean).map((crowd) => crowd.element));
  }

  function labels() {
    for (const label of element.querySelectorAll(".label")) label.remove();
    stage.classList.toggle("narrow", geometry.isNarrow);
    columns.forEach((column, i) => {
      const label = heading(column.kind, ...headingOf(network, column, geometry.isNarrow));
      place(label, geometry.columns[i].label);
      tiles.element.append(label);
    });
    crowds.forEach((crowd) => crowd?.name());
    dim();
  }

  /** Where the digits' ribbons end: beside their rows, or above their columns. */
  function digitEnds() {
    const bars = document.querySelector("#answer .bars");
    if (bars) sizes.observe(bars); // it may come after the river
    const own = stage.getBoundingClientRect();
    if (document.body.dataset.answer !== "river") return spread(own);
    return [...document.querySelectorAll("#answer .bars > li")].map((row) => {
      const { left, top, width, height } = row.getBoundingClientRect();
      if (geometry.flow === "across") return { x: own.width, y: top + height / 2 - own.top };
      return { x: left + width / 2 - own.left, y: own.height };
    });
  }

  /** Paint what is known of the answer. */
  function show() {
    if (!geometry) return;
    picture.paint(answer, colors);
    stage.classList.toggle("blank", Boolean(answer.empty));
    if (answer.empty) {
      painter.paint(null);
      crowds.forEach((crowd) => crowd?.paint(null));
      return;
    }
    const now = performance.now();
    scene.follow(answer, digit(), frame.edition, moving(), now);
    strongest = scene.scales(valueOf("scale").perChannel);
    tiles.show(scene.slots);
    changes.follow(scene.slots, now);
    repaint();
    cancelAnimationFrame(behind);
    behind = requestAnimationFrame(paintCrowds);
  }

  function repaint() {
    if (!geometry || answer.empty || !scene.isSet) return;
    const now = performance.now();
    painter.paint({
      gaps: scene.gaps,
      slots: scene.slots,
      digit: digit(),
      letters,
      layers: scene.layers,
      brought: scene.brought,
      strongest,
      lit: held ? scene.path(held) : lit && scene.spotlight(lit),
      colors,
      held,
      isMuted,
      numbers: tiles.count === MORE_SLOTS,
      changes,
      now,
    });
    if (changes.isGoing(now, FADING)) requestAnimationFrame(repaint);
  }

  function paintCrowds() {
    if (!geometry || answer.empty || !scene.isSet) return;
    crowds.forEach((crowd, i) => crowd?.paint(scene.layers, scene.slots[i], strongest, colors));
  }

  /** The pen rests: write what takes time. */
  function settle() {
    clearTimeout(settling);
    if (!geometry || moving()) return;
    root.classList.remove("moving");
    sum.show(answer.empty ? null : scene, answer, digit());
    const known = answer.empty ? null : scene;
    tiles.describe((column, slot) => tileSentence(network, known, column, slot, digit()));
  }

  function hold(at) {
    const next = at && at.column > 0 && !answer.empty && channelAt(at) !== null ? at : null;
    if (next?.column === held?.column && next?.slot === held?.slot) return;
    held = next;
    repaint();
    emit("hold", held && { layer: columns[held.column].layer.name, channel: channelAt(held) });
    emit("point", held && placeOf(held));
  }

  const channelAt = ({ column, slot }) => scene.slots[column][slot];

  function placeOf(at) {
    const { layer } = columns[at.column];
    return network.place(layer.name, strongestCell(answer.layers.get(layer.name), channelAt(at)));
  }

  function open(at, event) {
    if (answer.empty) return;
    const pixel = () => network.place("image", picture.pixelUnder(event, answer));
    emit("select", at.column === 0 ? pixel() : placeOf(at));
  }

  function mute(at) {
    if (at.column > 0 && channelAt(at) !== null) toggle(columns[at.column].layer.name, channelAt(at));
  }

  createPixelOutlines(picture.over);
  const find = (target) => tiles.find(target);
  followHands(element.querySelector(".tiles"), { find, hold, open, mute });
  translate(element);
  listen("language", () => {
    if (!geometry) return;
    labels();
    settle();
  });
  onTheme(() => {
    colors = colorsOf(stage);
    show();
    settle();
  });
  sizes.observe(stage);
  build(props.layers);
  createMuting(element.querySelector(".mutes"), props.layers);
  listen("network", ({ layers }) => build(layers));
  listen("asked", () => {
    show();
    settle();
  });
  listen("scale", show);
  listen("spotlight", (spotlight) => {
    lit = spotlight?.layers ?? null;
    dim();
    repaint();
  });
  listen("pen", () => {
    if (moving()) return pulse.stop();
    show();
    settle();
    if (geometry && !answer.empty) pulse.run(painter, colors);
  });
  listen("answer", (next) => {
    ({ answer, frame } = next);
    if (geometry && painter.digits.length === 0) fit(); // the digits have come by now
    show();
    measure("pen-to-maps", frame.since);
    root.classList.add("moving"); // what is written under it is of a moment ago
    clearTimeout(settling);
    settling = setTimeout(settle, DELAY);
  });
}

/** Where the digits' ribbons end when the digits stand elsewhere. */
const spread = ({ width, height }) =>
  Array.from({ length: DIGITS }, (_, digit) => ({ x: width, y: ((digit + 0.5) * height) / DIGITS }));
