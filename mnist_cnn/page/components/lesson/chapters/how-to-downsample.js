// Maximum, average and stride on one map of the drawing, and which of them reads better.
import { text } from "../../../locales/language.js";
import { tile } from "../../lens/workings/arithmetic.js";
import { button, make } from "../../../dom/elements.js";
import { PAPER } from "../../../painting/colormap.js";
import { largest } from "../../../painting/map.js";
import { decimal, percent } from "../../../locales/numbers.js";
import { figure, frame, numberPlate } from "../pictures/plates.js";
import { dots } from "../pictures/plots/dots.js";
import { scene, unveil, veil } from "../pictures/scene.js";

export const defaults = { channel: "" };
export const cards = {
  ways: { show: showWays },
  compare: { show: showTrainings, enter: veil, setUp: { channel: "" }, play: unveil },
  luck: { show: showVerdicts },
  question: { show: showWindow },
};

const WAYS = { max: "lessonMax", average: "lessonAverage", stride: "lessonStride" };
const SIDE = 2; // of a window
const FOUR = { columns: 2, rows: 2, smallColumns: 4, smallRows: 1, smallCaption: "7rem" }; // see `scene`

/** A map of the drawing, and what each way makes of it. */
function showWays(stage) {
  const controls = make("div", "across controls");
  const grid = scene(stage, { ...FOUR, beside: "3.4rem" }, controls);
  stage.picture("ways", (ways) => {
    controls.replaceChildren(stepper(stage, ways));
    grid.replaceChildren(controls, mapOf(ways), ...ways.reduced.map((one) => reducedOf(ways, one)));
  });
}

/** The same, with the window that is asked for. */
function showWindow(stage) {
  const block = make("div", "across products");
  const grid = scene(stage, { ...FOUR, beside: "7rem" });
  stage.picture("ways", (ways) => {
    block.replaceChildren(...windowOf(ways.block, largest(ways.map.flat())));
    grid.replaceChildren(block, mapOf(ways, ways.block), ...ways.reduced.map((one) => reducedOf(ways, one)));
  });
}

function stepper(stage, { channel, channels }) {
  const step = (by, words, key) => {
    const next = String((channel + by + channels) % channels);
    return button({ "aria-label": text(key) }, () => stage.set({ channel: next }), words);
  };
  return make(
    "div",
    "choice",
    step(-1, "‹", "previousChannel"),
    make("span", "", `conv1 · ${text("lessonChannel", { channel })}`),
    step(1, "›", "nextChannel"),
  );
}

function mapOf({ map }, block) {
  const [top, left] = block ? [SIDE * block.row, SIDE * block.column] : [];
  const boxes = block ? [frame([left, top, left + SIDE, top + SIDE], map[0].length, map.length, "cell")] : [];
  return figure(numberPlate(map), `${map.length}×${map[0].length}`, boxes);
}

function reducedOf({ map }, { how, map: small, peak, missed }) {
  const values = { peak: percent(peak, 0), missed: percent(missed, 0) };
  const caption = make("span", "", make("b", "", text(WAYS[how])), ` ${text("lessonKept", values)}`);
  return figure(numberPlate(small, largest(map.flat())), caption);
}

/** The window that is asked for: what the maximum and the stride keep, and the average hidden. */
function windowOf({ cells, values }, most) {
  const kept = (how) => make("span", "", `${text(WAYS[how])} `, make("b", "", hidden(how, values)));
  return [
    tile(cells, (number) => PAPER.shade(number / most)),
    make("span", "sign", "→"),
    ...Object.keys(WAYS).map(kept),
  ];
}

const hidden = (how, values) => (how === "average" ? "?" : decimal(values[how]));

/** The three ways on a map of the drawing, and each training as a dot. */
function showTrainings(stage) {
  const axis = make("div", "across answer axis");
  const grid = scene(stage, { columns: 4, rows: 1, beside: "min(56cqb, 54cqi)" }, axis);
  stage.picture("ways", (ways) => {
    axis.replaceChildren(axisOf(ways.trained));
    grid.replaceChildren(mapOf(ways), ...ways.reduced.map((one) => figure(numberPlate(one.map, largest(ways.map.flat())), text(WAYS[one.how]))), axis);
  });
}

function axisOf(trained) {
  const rows = trained.map(({ name, accuracies, mean, accuracy }) => {
    return { name: text(WAYS[name]), values: accuracies, mean, words: accuracy };
  });
  return dots(rows, { title: text("lessonEachTraining"), write: (value) => percent(value, 1) });
}

/** The same, with what may be said of the differences. */
function showVerdicts(stage) {
  const drawn = make("div", "across");
  const verdicts = make("div", "across verdicts");
  scene(stage, { columns: 1, rows: 1, beside: "9rem", caption: "1rem" }, drawn, verdicts);
  stage.picture(
    "ways",
    ({ trained, verdicts: found }) => {
      drawn.replaceChildren(axisOf(trained));
      verdicts.replaceChildren(...found.map((one) => make("p", "", verdict(one))));
    },
    { fixed: true },
  );
}

/** What may be said of the difference, and why. */
function verdict({ other, difference, chance, holds }) {
  const key = holds === null ? "lessonUndecided" : holds ? "lessonMaxHeld" : "lessonMaxFailed";
  const size = decimal(100 * Math.abs(difference));
  return text(key, { other: text(WAYS[other]), size, chance: percent(chance, 1) });
}
