// A network that knows nothing, how its loss falls, and digits that are learned by heart.
import { choiceOf, figure, inkPlate } from "../pictures/plates.js";
import { text } from "../../../locales/language.js";
import { showView } from "../../header/views.js";
import { button, make } from "../../../dom/elements.js";
import { emit } from "../../../state/events.js";
import { curves } from "../pictures/plots/curves.js";
import { probabilityBars } from "../pictures/plots/probabilities.js";
import { scene, unveil, veil } from "../pictures/scene.js";
import { decimal, percent, whole } from "../../../locales/numbers.js";

export const defaults = { digits: "100", epoch: "" }; // digits: of `heart`; epoch: the last
export const cards = {
  nothing: { show: showNothing },
  learn: { show: showLearning },
  heart: { show: showHeart, enter: veil, setUp: { digits: "100" }, play: unveil },
  train: { show: showBoth, play: goTraining, byHand: true },
  question: { show: showLearning },
};

const RECIPE = "lesson";
const TRAIN = "train"; // the view where one trains
const LOSS_STEP = 0.5; // the chart of the loss ends at a multiple of it
const found = new WeakMap(); // Stage: all curves, those of the fewest digits first

/** The drawing read by a network before training. */
function showNothing(stage) {
  const picture = make("div", "");
  const bars = make("div", "beside alone");
  scene(stage, { columns: 2, rows: 1 }, picture, bars);
  stage.picture("learning", ({ image, before, digit }) => {
    picture.replaceChildren(figure(inkPlate(image), text("lessonWhatItReads")));
    bars.replaceChildren(barsOf(before, digit, "lessonUntrained"));
  });
}

/** The same beside what the trained network reads. */
function showBoth(stage) {
  const grid = scene(stage, { columns: 2, rows: 1, smallColumns: 1, smallRows: 2 });
  grid.classList.add("broad");
  stage.picture("learning", ({ before, after, digit, curves: all }) => {
    found.set(stage, all);
    grid.replaceChildren(barsOf(before, digit, "lessonUntrained"), barsOf(after, digit, "lessonTrained"));
  });
}

function barsOf({ probabilities, loss }, digit, key) {
  const line = text("lessonLoss", { share: percent(probabilities[digit], 1), loss: decimal(loss, 3), digit });
  return probabilityBars(probabilities, digit, make("span", "", make("b", "", text(key)), make("br", ""), line));
}

/** Loss and accuracy of a training on all digits, epoch by epoch. */
function showLearning(stage) {
  const slider = make("input", { type: "range", min: 0, disabled: true, "aria-label": text("lessonEpoch") });
  const value = make("output", "");
  const controls = make("label", "across epochs", text("lessonEpoch"), slider, value);
  const charts = [make("figure", ""), make("figure", "")];
  const size = { columns: 2, rows: 1, smallColumns: 1, caption: "4rem", beside: "3rem" };
  scene(stage, size, controls, ...charts).classList.add("broad", "loss");
  let curve = null; // epoch by epoch

  function show() {
    const epoch = epochOf(stage, curve);
    Object.assign(slider, { max: curve.at(-1).epoch, value: epoch, disabled: false });
    value.textContent = String(epoch);
    charts[0].replaceChildren(...lossOf(curve, epoch));
    charts[1].replaceChildren(...accuracyOf(curve, epoch));
  }

  slider.addEventListener("input", () => {
    stage.set({ epoch: slider.value });
    show();
  });
  const draw = ({ curves: all }) => {
    curve = all.at(-1).curve;
    show();
  };
  stage.picture("learning", draw, { fixed: true });
}

const epochOf = ({ state }, curve) => {
  const last = curve.at(-1).epoch;
  return /^\d+$/.test(state.epoch) ? Math.min(Number(state.epoch), last) : last;
};

/** Accuracy when few digits are read over and over, and when there are more. */
function showHeart(stage) {
  const choice = choiceOf("lessonLearnedFrom");
  const chart = make("figure", "across");
  const controls = make("div", "across controls", choice);
  scene(stage, { columns: 1, rows: 1, caption: "4rem", beside: "3.4rem" }, controls, chart);

  function show() {
    const { digits, curve } = chosen(stage);
    choice.replaceChildren(
      ...found.get(stage).map((one) =>
        button({ "aria-pressed": String(one.digits === digits) }, () => choose(one), text("lessonDigits", { count: whole(one.digits) })),
      ),
    );
    chart.replaceChildren(...gapOf(digits, curve));
  }

  function choose({ digits }) {
    stage.set({ digits: String(digits) });
    show();
    choice.querySelector("[aria-pressed=true]").focus();
  }

  stage.picture(
    "learning",
    (learning) => {
      found.set(stage, learning.curves);
      show();
    },
    { fixed: true },
  );
}

function chosen(stage) {
  const all = found.get(stage) ?? [];
  return all.find(({ digits }) => String(digits) === stage.state.digits) ?? all[0];
}

/** Go where one trains, with the fewest digits or those chosen filled in. */
function goTraining(stage) {
  const curve = chosen(stage);
  if (curve) emit("choices", { recipe: RECIPE, digits: curve.digits, epochs: curve.curve.at(-1).epoch });
  showView(TRAIN);
}

/** Loss, epoch by epoch, up to one. */
function lossOf(epochs, at) {
  const points = epochs.map(({ epoch, training_loss: training, test_loss: test }) => ({ epoch, training, test }));
  const largest = Math.max(...points.flatMap(({ training, test }) => [training, test]));
  const most = Math.ceil(largest / LOSS_STEP) * LOSS_STEP;
  const { training, test } = points[at];
  const values = { epochs: at, train: decimal(training, 3), test: decimal(test, 3) };
  const words = text("lessonLossCurve", values);
  return drawn("lossTitle", curves(points, { name: words, axis: text("lessonEpoch"), write: decimal }, most, at), words);
}

/** Accuracy, epoch by epoch, up to one. */
function accuracyOf(epochs, at) {
  const points = accuraciesOf(epochs);
  const { training, test } = points[at];
  const values = { epochs: at, train: shareOf(training), test: shareOf(test) };
  const words = text("lessonAccuracyCurve", values);
  return drawn("accuracyTitle", curves(points, { name: words, axis: text("lessonEpoch"), write: inWhole }, 1, at), words);
}

const inWhole = (share) => percent(share, 0);

const shareOf = (share) => percent(share, share === 1 ? 0 : 1);

const accuraciesOf = (epochs) =>
  epochs.map(({ epoch, training_accuracy: training, test_accuracy: test }) => ({ epoch, training, test }));

/** Accuracy, and the gap between digits learned from and digits never seen. */
function gapOf(digits, epochs) {
  const points = accuraciesOf(epochs);
  const { epoch, training, test } = points.at(-1);
  const values = { digits: whole(digits), epochs: epoch, train: shareOf(training), test: shareOf(test) };
  const words = text("lessonCurve", values);
  const about = { name: words, axis: text("lessonEpoch"), write: inWhole, gap: text("lessonByHeart") };
  return drawn("accuracyTitle", curves(points, about, 1), words, "answer");
}

function drawn(title, picture, sentence, className = "") {
  const caption = make("figcaption", "", make("b", "", text(title)), " ", make("span", className, make("span", "", sentence)));
  const legend = make("div", "legend", make("b", "training", text("lessonLearned")), make("b", "test", text("lessonNeverSeen")));
  caption.append(legend);
  return [picture, caption];
}
