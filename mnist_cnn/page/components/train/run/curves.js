// Loss and accuracy over the steps, for training and validation: what was measured, pale, and the
// trend of it. Both scales are logarithmic: each line up the accuracy, half or a tenth of the
// mistakes are left.
import { text } from "../../../locales/language.js";
import { clearChart, paintLine, paintVertical } from "../../../painting/chart.js";

const LEFT = 44; // CSS pixels, for the labels
const BOTTOM = 18;
const RIM = 6;
const LINE = 12; // from one label to the next, at least
const SMOOTH = 0.02; // of the axis: so far back, a measurement counts half in the trend
const SERIES = {
  // color: in train.css
  train: { color: "--train", dots: false },
  validation: { color: "--validation", dots: true }, // rarer, and of more digits
};

const LOSS = {
  height: (value) => Math.log10(Math.max(value, 1e-5)),
  ticks: [3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001],
  words: String,
  room: ([low, high]) => [Math.min(low, Math.log10(0.1)), Math.max(high, Math.log10(2.4))],
};
const ACCURACY = {
  height: (value) => -Math.log10(Math.max(1 - value, 3e-4)),
  ticks: [0, 0.5, 0.9, 0.99, 0.999],
  words: (value) => `${Number((value * 100).toPrecision(3))}%`,
  room: ([, high]) => [0, Math.max(high + 0.1, 2.1)],
};

/**
 * @param canvases {loss, accuracy}
 * @param history a History
 * @param marked the step that is looked at, or null
 */
export function paintCurves(canvases, history, marked) {
  const { steps, validations } = history;
  const last = axisEnd(history);
  const series = (of) => ({
    train: steps.map((event) => [event.step, event[`recent_${of}`]]),
    validation: validations.map((event) => [event.step, event[of]]),
  });
  const ends = steps.filter((event) => event.ends_epoch).map((event) => event.step);
  paint(canvases.loss, LOSS, series("loss"), { last, ends, marked });
  paint(canvases.accuracy, ACCURACY, series("accuracy"), { last, ends, marked });
}

/** The last step on the axis: all of the run, halved as long as what has been done still fits. */
export function axisEnd({ prepared, step }) {
  let last = prepared?.steps ?? 1;
  while (last / 2 > Math.max(step, 20)) last /= 2;
  return Math.ceil(last);
}

/** The step under a point of a chart, given in CSS pixels from its left. */
export function stepAt(canvas, x, history) {
  const share = (x - LEFT) / (canvas.clientWidth - LEFT - RIM);
  return Math.round(Math.min(1, Math.max(0, share)) * axisEnd(history));
}

function paint(canvas, scale, series, { last, ends, marked }) {
  const context = clearChart(canvas);
  const style = getComputedStyle(canvas);
  const place = places(canvas, scale, series, last);
  context.font = `11px ${style.fontFamily}`;
  paintAxes(context, place, scale, style.color);
  const upright = (step, alpha) => {
    paintVertical(context, Math.round(place.x(step)), RIM, place.height - BOTTOM, style.color, alpha);
  };
  for (const step of ends) upright(step, 0.15);
  for (const [name, points] of Object.entries(series)) {
    const { color: variable, dots } = SERIES[name];
    const color = style.getPropertyValue(variable).trim() || style.color;
    paintRaw(context, place, points, color, dots);
    const dash = dots ? [6, 3] : [];
    paintLine(context, place, trend(points, SMOOTH * last), color, { width: 2, dash });
  }
  if (marked !== null) upright(marked, 0.8);
}

function places(canvas, scale, series, last) {
  const heights = Object.values(series)
    .flat()
    .map(([, value]) => scale.height(value));
  const measured = heights.reduce(
    ([low, high], at) => [Math.min(low, at), Math.max(high, at)],
    [Infinity, -Infinity],
  );
  const [low, high] = scale.room(heights.length ? measured : [0, 0]);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  return {
    width,
    height,
    last,
    x: (step) => LEFT + (step / last) * (width - LEFT - RIM),
    y: (value) => {
      const share = (scale.height(value) - low) / (high - low);
      return height - BOTTOM - share * (height - BOTTOM - RIM);
    },
  };
}

function paintAxes(context, { x, y, width, height, last }, { ticks, words }, color) {
  context.fillStyle = context.strokeStyle = color;
  context.textBaseline = "middle";
  context.textAlign = "right";
  let label = Infinity; // where the one before is
  for (const value of ticks) {
    const at = y(value);
    if (at < RIM - 1 || at > height - BOTTOM + 1) continue;
    if (Math.abs(label - at) >= LINE) context.fillText(words(value), LEFT - 6, (label = at));
    context.globalAlpha = 0.15;
    context.fillRect(LEFT, Math.round(at), width - LEFT - RIM, 1);
    context.globalAlpha = 1;
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.fillText("0", x(0), height - 5);
  context.textAlign = "right";
  context.fillText(text("axisSteps", { last: last.toLocaleString("en") }), x(last), height - 5);
}

/** Every measurement: of training as a pale line, of validation as pale dots. */
function paintRaw(context, place, points, color, dots) {
  if (!dots) return paintLine(context, place, points, color, { alpha: 0.4 });
  context.globalAlpha = 0.4;
  context.fillStyle = color;
  for (const [step, value] of points) {
    context.beginPath();
    context.arc(place.x(step), place.y(value), 2.5, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

/**
 * The mean of every measurement and all before it, which count half for each `halfLife` of steps
 * that they lie back: so rare ones are hardly smoothed, and dense ones are.
 */
export function trend(points, halfLife) {
  let [sum, weight, before] = [0, 0, 0];
  return points.map(([step, value]) => {
    const stays = 0.5 ** ((step - before) / halfLife);
    sum = stays * sum + value;
    weight = stays * weight + 1;
    before = step;
    return [step, sum / weight];
  });
}
