// The drawing is moved: the maps move along, and the answer at every shift is a picture.
import { text } from "../../../locales/language.js";
import { make, set, tableRow } from "../../../dom/elements.js";
import { ARROWS, cellAfter, hasModifier } from "../../../dom/keys.js";
import { signedPixel } from "../../../painting/colormap.js";
import { percent } from "../../../locales/numbers.js";
import { largest } from "../../../painting/map.js";
import { draggable } from "../pictures/dragging.js";
import { figure, frame, inkPlate, numberPlate, plate, scrolled, signedPlate, under } from "../pictures/plates.js";
import { scene, unveil, veil } from "../pictures/scene.js";

export const defaults = { dx: "0", dy: "0" };
export const cards = {
  move: { show: showMove, setUp: { dx: "4", dy: "0" } },
  pooling: { show: showPooling, enter: veil, setUp: { dx: "1", dy: "0" }, play: unveil },
  squares: { show: showSquares, enter: veil, play: unveil },
  breaks: { show: showBreaks },
  question: { show: showMove },
};

const FARTHEST = 10; // pixels
const EXACT = 0.9999; // an agreement above it differs from 1 by rounding only
const SIDE = 28; // pixels of the picture
const NETWORKS = { network: "lessonConvolutional", dense: "lessonDense" };

const clip = (pixels) => Math.min(FARTHEST, Math.max(-FARTHEST, pixels));

const shiftOf = ({ state }) => [state.dx, state.dy].map((pixels) => clip(Number(pixels) || 0));

/** The drawing, to be dragged. */
const movable = (stage) =>
  draggable(text("lessonMoveKeys"), SIDE, {
    at: () => shiftOf(stage),
    move: ([dx, dy]) => stage.set({ dx: String(clip(dx)), dy: String(clip(dy)) }),
  });

/** The drawing beside a map that moves along. */
function showMove(stage) {
  const drawing = movable(stage);
  const map = make("div", "");
  const answers = make("p", { className: "across readout", role: "status" });
  const { label, show } = slider(stage);
  scene(stage, { columns: 2, rows: 1, beside: "6.4rem" }, drawing, map, label, answers);
  stage.picture("moved", ({ dx, dy, image, maps: [first], answers: read }) => {
    show(dx);
    drawing.replaceChildren(figure(inkPlate(image), text("lessonDrag")));
    const words = text("lessonMapFollows", { layer: first.layer, channel: first.channel });
    map.replaceChildren(figure(numberPlate(first.after, mostOf(first)), words));
    answers.replaceChildren(`${arrows(dx, dy)} · `, ...Object.entries(read).map(answer));
  });
}

/** How far to the right, for those who neither drag nor press keys. */
function slider(stage) {
  const input = make("input", { type: "range", step: 1, min: -FARTHEST, max: FARTHEST });
  const value = make("output", "");
  input.addEventListener("input", () => stage.set({ dx: input.value }));
  return {
    label: make("label", "across epochs", text("lessonMoveRight"), input, value),
    show(dx) {
      input.value = dx;
      value.textContent = String(dx).replace("-", "−");
    },
  };
}

function answer([name, { digit, probability }], i) {
  const words = `${i ? " · " : ""}${text(NETWORKS[name])} `;
  return make("span", "", words, make("b", "", String(digit)), ` ${percent(probability, 0)}`);
}

/** For each layer: its map moved along, the map of the moved drawing, and the difference. */
function showPooling(stage) {
  const table = make("table", "");
  const details = make("details", "across answer", make("summary", "", text("lessonAllLayers")), scrolled(table));
  const grid = scene(stage, { columns: 3, rows: 2, caption: "2.4rem", smallCaption: "2.6rem", beside: "2rem" });
  stage.picture("moved", ({ maps, agreements }) => {
    grid.replaceChildren(...maps.flatMap((map) => comparison(map, agreements)), details);
    table.replaceChildren(...agreementRows(agreements));
  });
}

function comparison(map, agreements) {
  const { layer, moved, after } = map;
  const most = mostOf(map);
  const { agreement } = agreements.find((one) => one.layer === layer);
  const difference = after.map((row, y) => row.map((number, x) => number - moved[y][x]));
  const words = text("lessonDifference", { share: percent(agreement, agreement > EXACT ? 0 : 1) });
  return [
    figure(numberPlate(moved, most), text("lessonMovedAlong", { layer })),
    figure(numberPlate(after, most), text("lessonOfMoved", { layer })),
    make("div", "answer", figure(signedPlate(difference, most), words)),
  ];
}

const mostOf = ({ before }) => largest(before.flat());

function agreementRows(agreements) {
  const heads = ["lessonLayer", "lessonAgreement", "lessonStandingStill", "lessonWholeWindows"];
  return [
    tableRow("th", ...heads.map((key) => text(key))),
    ...agreements.map(({ layer, agreement, unmoved, exact }) => {
      return tableRow("td", make("th", "", layer), percent(agreement), percent(unmoved), exact ? "✓" : "–");
    }),
  ];
}

/** The answers of both networks at all shifts. */
function showSquares(stage) {
  const places = Object.keys(NETWORKS).map(() => make("div", "squares answer"));
  const answers = make("p", { className: "across readout answer", role: "status" });
  const hint = make("p", "across hint", text("lessonSquares"));
  scene(stage, { columns: 2, rows: 1, caption: "3.4rem", beside: "min(5.6rem, 22cqb)" }, ...places, answers, hint);
  stage.picture(
    "everywhere",
    (networks) => {
      const reach = reachOf(networks.network);
      const point = () => {
        const [dx, dy] = shiftOf(stage);
        places.forEach((place) => mark(place, [dx, dy], reach));
        answers.replaceChildren(make("span", "", `${arrows(dx, dy)} · `, ...Object.entries(networks).map(answerAt(dx, dy))));
      };
      const choose = (find) => {
        const [row, column] = find(shiftOf(stage).map((pixels) => pixels + reach).toReversed());
        stage.set({ dx: String(column - reach), dy: String(row - reach) });
        point();
      };
      Object.entries(networks).forEach(([name, all], i) => {
        places[i].replaceChildren(square(name, all, choose));
      });
      point();
    },
    { fixed: true, patient: true },
  );
}

/** What a network answers at a shift, as `answer` writes it. */
const answerAt = (dx, dy) => ([name, { digits, sure }], i) => {
  const [row, column] = [dy, dx].map((pixels) => pixels + reachOf({ digits }));
  return answer([name, { digit: digits[row][column], probability: sure[row][column] }], i);
};

/**
 * The answer at every shift: blue where it is the same, orange where it is another. `choose` is called with a
 * function that finds another cell from that of the shift which is set, [row, column].
 */
function square(name, all, choose) {
  const { digits, sure } = all;
  const reach = reachOf(all);
  const digit = digits[reach][reach];
  const rows = digits.map((row, y) => row.map((other, x) => (other === digit ? 1 : -1) * sure[y][x]));
  const canvas = plate(rows, signedPixel);
  const caption = text("lessonHeld", { network: text(NETWORKS[name]), share: percent(all.heldOfWhole) });
  const label = text("lessonSquareKeys", { network: text(NETWORKS[name]) });
  set(canvas, { tabIndex: 0, role: "application", "aria-label": label });
  canvas.addEventListener("click", (event) => choose(() => under(canvas, event)));
  canvas.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS) || hasModifier(event)) return;
    event.preventDefault();
    choose((cell) => cellAfter(event, cell, [digits.length, digits.length]));
  });
  canvas.addEventListener("pointermove", (event) => {
    const [row, column] = under(canvas, event);
    canvas.title = `${arrows(column - reach, row - reach)}: ${digits[row][column]}`;
  });
  return figure(canvas, caption, [make("i", "here")]);
}

function mark(place, [dx, dy], reach) {
  const side = 2 * reach + 1;
  const [left, top] = [dx + reach, dy + reach];
  place.querySelector(".here").replaceWith(frame([left, top, left + 1, top + 1], side, side, "here"));
}

/** For each network, the drawing at the nearest shift that changes the answer, and what gave way. */
function showBreaks(stage) {
  const grid = scene(stage, { columns: 2, rows: 1, caption: "9.5rem" });
  grid.classList.add("broad");
  stage.picture(
    "everywhere",
    (networks) => grid.replaceChildren(...Object.entries(networks).map(broken)),
    { fixed: true, patient: true },
  );
}

function broken([name, all]) {
  const network = text(NETWORKS[name]);
  if (!all.breaks) return make("p", "readout", text("lessonHolds", { network, reach: reachOf(all) }));
  const { dx, dy, digit, probability, image, ink, maps, units } = all.breaks;
  const sentences = [
    text("lessonBroken", { digit, share: percent(probability, 0), ink: percent(ink, 0) }),
    maps === null
      ? text("lessonBreaksDense", { units: percent(units, 0) })
      : text("lessonBreaksMaps", { maps: percent(maps, 0), units: percent(units, 0) }),
    ink < 1 ? text("lessonBreaksCut") : maps > units ? text("lessonBreaksPlace") : "",
  ];
  const title = make("b", "", `${text("lessonBreaks", { network })} ${arrows(dx, dy)}`);
  return figure(inkPlate(image), make("span", "", title, make("br", ""), sentences.filter(Boolean).join(" ")));
}

/** How far the picture is moved each way. */
const reachOf = ({ digits }) => (digits.length - 1) / 2;

/** A shift in pixels, as arrows: →4 ↑2. */
const arrows = (dx, dy) => [arrow(dx, "←→"), arrow(dy, "↑↓")].filter(Boolean).join(" ") || "→0";

const arrow = (pixels, [back, on]) => (pixels ? `${pixels < 0 ? back : on}${Math.abs(pixels)}` : "");
