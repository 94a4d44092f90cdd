// Loss before and after training, and a network that learns digits by heart.
import { text } from "../../locales/language.js";
import { showView, views } from "../../header/views.js";
import { make } from "../../inspector/elements.js";
import { decimal, percent } from "../numbers.js";

export const defaults = {};

const TRAIN = "train"; // the view where one trains
const SIZE = [420, 190]; // units of the chart
const RIM = { left: 44, right: 10, top: 10, bottom: 30 };
const GRID = [0, 0.25, 0.5, 0.75, 1];

export function create(stage) {
  const bars = make("div", "plates");
  const curves = make("div", "plates");
  stage.element.append(bars, curves);
  stage.picture("learning", (learning) => {
    bars.replaceChildren(
      probabilities(learning.before, learning.digit, "lessonUntrained"),
      probabilities(learning.after, learning.digit, "lessonTrained"),
    );
    curves.replaceChildren(...learning.curves.map(curve));
  });
}

/** Go where one trains, where the page has that. */
export function act() {
  if (views().includes(TRAIN)) showView(TRAIN);
}

function probabilities({ probabilities: shares, loss }, digit, key) {
  const bars = shares.map((share, i) => {
    const bar = make("i", i === digit ? "bar current" : "bar");
    bar.style.height = `${100 * share}%`;
    bar.title = `${i}: ${percent(share)}`;
    return make("span", "", bar, make("small", "", String(i)));
  });
  const line = text("lessonLoss", { share: percent(shares[digit], 2), loss: decimal(loss, 3), digit });
  const caption = make("figcaption", "", make("b", "", text(key)), make("br", ""), line);
  return make("figure", "chart", make("div", "bars", ...bars), caption);
}

/** Accuracy on the digits learned from, and on those never seen, epoch by epoch. */
function curve({ digits, curve: epochs }) {
  const [width, height] = SIZE;
  const x = (epoch) =>
    RIM.left + ((epoch - 1) / Math.max(1, epochs.length - 1)) * (width - RIM.left - RIM.right);
  const y = (share) => RIM.top + (1 - share) * (height - RIM.top - RIM.bottom);
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  const last = epochs.at(-1);
  const values = {
    digits,
    epochs: epochs.length,
    train: percent(last.training_accuracy),
    test: percent(last.test_accuracy),
  };
  chart.setAttribute("aria-label", text("lessonCurve", values));
  for (const share of GRID) {
    chart.append(
      svg("line", { x1: RIM.left, x2: width - RIM.right, y1: y(share), y2: y(share), class: "grid" }),
      label(RIM.left - 6, y(share) + 4, percent(share, 0), "end"),
    );
  }
  for (const [name, of] of [["training", "training_accuracy"], ["test", "test_accuracy"]]) {
    const points = epochs.map((epoch) => `${x(epoch.epoch)},${y(epoch[of])}`).join(" ");
    chart.append(svg("polyline", { points, class: name }));
  }
  chart.append(
    label(x(1), height - 8, "1", "middle"),
    label(x(epochs.length), height - 8, String(epochs.length), "end"),
    label((x(1) + x(epochs.length)) / 2, height - 8, text("lessonEpoch"), "middle"),
  );
  const caption = make("figcaption", "", text("lessonCurve", values), " ");
  caption.append(
    make("b", "training", text("lessonLearned")),
    " ",
    make("b", "test", text("lessonNeverSeen")),
  );
  return make("figure", "chart", chart, caption);
}

function label(x, y, words, anchor) {
  const element = svg("text", { x, y, "text-anchor": anchor });
  element.textContent = words;
  return element;
}

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
