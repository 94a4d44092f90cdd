// The drawing is moved: the maps move along, and the answer at every shift is a picture.
import { text } from "../../locales/language.js";
import { make } from "../../lens/elements.js";
import { signedPixel } from "../../maps/colormap.js";
import { percent } from "../numbers.js";
import { figure, frame, inkPlate, levelPlate, plate, scrolled, under } from "../plates.js";

export const defaults = { dx: "0", dy: "0" };
export const setUp = { dx: "4", dy: "0" };

const NETWORKS = { network: "lessonConvolutional", dense: "lessonDense" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function create(stage) {
  const sliders = { dx: slider(stage, "dx", "lessonMoveRight"), dy: slider(stage, "dy", "lessonMoveDown") };
  const plates = make("div", "plates three");
  const answers = make("p", "answers");
  const table = make("table", "");
  const squares = make("div", "plates squares");
  const breaks = make("div", "breaks");
  const shift = () => [Number(stage.state.dx), Number(stage.state.dy)];
  stage.element.append(
    make("div", "controls", ...Object.values(sliders).map(({ label }) => label)),
    plates,
    answers,
    scrolled(table),
    make("p", "hint", text("lessonSquares")),
    squares,
    breaks,
  );

  followArrows(plates, (by) => move(stage, shift(), by));
  plates.tabIndex = 0;
  plates.role = "application";
  plates.setAttribute("aria-label", text("lessonMoveKeys"));
  let reach = 0;

  stage.picture("moved", (moved) => {
    reach = moved.reach;
    for (const [name, { show }] of Object.entries(sliders)) show(moved[name], reach);
    plates.replaceChildren(...movedPlates(moved));
    answers.replaceChildren(...Object.entries(moved.answers).map(answer));
    table.replaceChildren(...agreementRows(moved.agreements));
    mark(squares, moved);
  });
  stage.picture(
    "everywhere",
    (networks) => {
      squares.replaceChildren(
        ...Object.entries(networks).map(([name, all]) => square(stage, name, all)),
      );
      breaks.replaceChildren(
        ...Object.entries(networks).flatMap(([name, all]) => whereAndWhy(stage, name, all)),
      );
      const [dx, dy] = shift();
      mark(squares, { dx, dy, reach: reachOf(networks.network) });
    },
    { fixed: true, patient: true },
  );
}

function movedPlates({ image, before, after, channel }) {
  return [
    figure(inkPlate(image), text("lessonMoved")),
    figure(levelPlate(before), text("lessonMapBefore", { channel })),
    figure(levelPlate(after), text("lessonMapAfter", { channel })),
  ];
}

function answer([name, { digit, probability }]) {
  const words = `${text(NETWORKS[name])}: `;
  return make("span", "", words, make("b", "", String(digit)), ` ${percent(probability)}`);
}

function agreementRows(agreements) {
  const heads = ["lessonLayer", "lessonAgreement", "lessonStandingStill", "lessonWholeWindows"];
  return [
    make("tr", "", ...heads.map((key) => make("th", "", text(key)))),
    ...agreements.map(({ layer, agreement, unmoved, exact }) =>
      make(
        "tr",
        "",
        make("th", "", layer),
        make("td", "", percent(agreement)),
        make("td", "", percent(unmoved)),
        make("td", "", exact ? "✓" : "–"),
      ),
    ),
  ];
}

/** The answer at every shift: blue where it is the same, orange where it is another. */
function square(stage, name, all) {
  const { digits, sure } = all;
  const reach = reachOf(all);
  const digit = digits[reach][reach];
  const rows = digits.map((row, y) => row.map((other, x) => (other === digit ? 1 : -1) * sure[y][x]));
  const canvas = plate(rows, signedPixel);
  const caption = text("lessonHeld", { network: text(NETWORKS[name]), share: percent(all.heldOfWhole) });
  canvas.addEventListener("click", (event) => {
    const [row, column] = under(canvas, event);
    stage.set({ dx: String(column - reach), dy: String(row - reach) });
  });
  canvas.addEventListener("pointermove", (event) => {
    const [row, column] = under(canvas, event);
    canvas.title = String(digits[row][column]);
  });
  return figure(canvas, caption, [make("i", "here")]);
}

/** The nearest shift that changes the answer, and which layers have still kept up there. */
function whereAndWhy(stage, name, all) {
  const network = text(NETWORKS[name]);
  if (!all.breaks) return [make("p", "", text("lessonHolds", { network, reach: reachOf(all) }))];
  const { dx, dy, digit, probability, ink, maps, units } = all.breaks;
  const link = make("button", "link", arrows(dx, dy));
  link.type = "button";
  link.addEventListener("click", () => stage.set({ dx: String(dx), dy: String(dy) }));
  const sentences = [
    text("lessonBroken", { digit, share: percent(probability), ink: percent(ink) }),
    maps === null
      ? text("lessonBreaksDense", { units: percent(units) })
      : text("lessonBreaksMaps", { maps: percent(maps), units: percent(units) }),
    ink < 1 ? text("lessonBreaksCut") : maps > units ? text("lessonBreaksPlace") : "",
  ];
  return [
    make("h4", "", text("lessonBreaks", { network }), " ", link),
    ...sentences.filter(Boolean).map((sentence) => make("p", "broken", sentence)),
  ];
}

/** How far the picture is moved each way. */
const reachOf = ({ digits }) => (digits.length - 1) / 2;

/** A shift in pixels, as arrows: →4 ↑2. */
const arrows = (dx, dy) => [arrow(dx, "←→"), arrow(dy, "↑↓")].filter(Boolean).join(" ");

const arrow = (pixels, [back, on]) => (pixels ? `${pixels < 0 ? back : on}${Math.abs(pixels)}` : "");

function mark(squares, { dx, dy, reach }) {
  const side = 2 * reach + 1;
  const [left, top] = [dx + reach, dy + reach];
  for (const here of squares.querySelectorAll(".here")) {
    here.replaceWith(frame([left, top, left + 1, top + 1], side, side, "here"));
  }
}

function slider(stage, name, key) {
  const input = make("input", "");
  Object.assign(input, { type: "range", step: 1, min: -10, max: 10, value: stage.state[name] });
  const value = make("output", "");
  input.addEventListener("input", () => stage.set({ [name]: input.value }));
  return {
    label: make("label", "", text(key), input, value),
    show(number, reach) {
      Object.assign(input, { min: -reach, max: reach, value: number });
      value.textContent = String(number).replace("-", "−");
    },
  };
}

function followArrows(element, moveBy) {
  element.addEventListener("keydown", (event) => {
    const by = ARROWS[event.key];
    if (!by) return;
    event.preventDefault();
    moveBy(by);
  });
}

function move(stage, [dx, dy], [right, down]) {
  const most = 10;
  const clip = (value) => String(Math.min(most, Math.max(-most, value)));
  stage.set({ dx: clip(dx + right), dy: clip(dy + down) });
}
