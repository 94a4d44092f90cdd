// Ten probabilities over the time of the drawing; a digit marks where it becomes the answer.
import { clearChart, paintLine, paintVertical } from "../../painting/chart.js";
import { argmax } from "../../reader/math.js";

const TOP = 16; // CSS pixels, for the digits
const RIM = 5; // CSS pixels on the other sides
const LEAST_DRAWN = 0.02; // a line whose probability never reaches this is left out
const LEAST_NAMED = 0.15; // a peak from this on gets its digit, even if it never is the answer

/** samples: [[moment, probabilities]] in order; shown: the moment that is looked at */
export function paintProbabilities(canvas, samples, length, shown) {
  const context = clearChart(canvas);
  if (!samples.length) return;
  const place = places(canvas, length);
  const style = getComputedStyle(canvas);
  const accent = style.getPropertyValue("--color-accent") || "royalblue";
  paintVertical(context, place.x(shown), TOP, place.height, style.color, 0.35);
  for (let digit = 0; digit < 10; digit++) {
    if (samples.every(([, all]) => all[digit] < LEAST_DRAWN)) continue;
    const line = samples.map(([moment, all]) => [moment, all[digit]]);
    paintLine(context, place, line, style.color, { alpha: 0.45 });
  }
  const { line, takeovers } = answers(samples);
  paintLine(context, place, line, accent, { width: 2.5 });
  paintTakeovers(context, place, takeovers, style);
  paintPeaks(context, place, peaks(samples, takeovers), style);
}

/**
 * The answer over time: its line, [[moment, probability]], along the largest of the ten, and
 * [[moment, digit]] of every digit that takes over, where its line crosses the last answer's.
 */
export function answers(samples) {
  const line = [];
  const takeovers = [];
  samples.forEach(([moment, all], i) => {
    const digit = argmax(all);
    const before = takeovers.at(-1)?.[1];
    if (digit !== before) {
      const start = i ? crossing(samples[i - 1], samples[i], before, digit) : [moment, all[digit]];
      takeovers.push([start[0], digit]);
      line.push(start);
    }
    line.push([moment, all[digit]]);
  });
  return { line, takeovers };
}

/** [[moment, probability, digit]] of the highest point of each digit that never is the answer. */
export function peaks(samples, takeovers) {
  const answered = new Set(takeovers.map(([, digit]) => digit));
  const found = [];
  for (let digit = 0; digit < 10; digit++) {
    if (answered.has(digit)) continue;
    const [moment, all] = samples.reduce((best, next) =>
      next[1][digit] > best[1][digit] ? next : best,
    );
    if (all[digit] >= LEAST_NAMED) found.push([moment, all[digit], digit]);
  }
  return found;
}

/** Where, between two samples, the probability of one digit meets that of another. */
function crossing([start, before], [end, after], loser, winner) {
  const lead = before[loser] - before[winner];
  const share = lead / (lead + after[winner] - after[loser]);
  return [start + share * (end - start), before[loser] + share * (after[loser] - before[loser])];
}

function places(canvas, length) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  return {
    width,
    x: (moment) => RIM + (moment / length) * (width - 2 * RIM),
    y: (probability) => height - RIM - probability * (height - RIM - TOP),
    height,
  };
}

/** The digit above the line, where it becomes the answer; not so close that they overlap. */
function paintTakeovers(context, { x, width }, takeovers, style) {
  context.font = `600 12px ${style.fontFamily}`;
  context.textAlign = "center";
  context.fillStyle = style.color;
  let free = 0;
  for (const [moment, digit] of takeovers) {
    const at = Math.min(width - 8, Math.max(x(moment), 8));
    if (at < free) continue;
    context.fillText(String(digit), at, 12);
    free = at + 11;
  }
}

/** The digit on the peak of its line; of those that would overlap, the highest. */
function paintPeaks(context, { x, y, width }, found, style) {
  context.font = `11px ${style.fontFamily}`;
  context.textAlign = "center";
  context.fillStyle = style.color;
  const taken = [];
  for (const [moment, probability, digit] of found.toSorted((a, b) => b[1] - a[1])) {
    const at = [Math.min(width - 8, Math.max(x(moment), 8)), y(probability) - 3];
    if (taken.some(([left, top]) => Math.hypot(left - at[0], top - at[1]) < 10)) continue;
    taken.push(at);
    context.fillText(String(digit), ...at);
  }
}
