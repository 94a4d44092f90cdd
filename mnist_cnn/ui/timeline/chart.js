// Ten probabilities over the time of the drawing; digits mark when an answer takes over.

const TOP = 16; // CSS pixels, for the digits
const RIM = 5; // CSS pixels at the other sides
const SEEN = 0.02; // probabilities that never reach this are not drawn

/** samples: [[moment, probabilities]] in order; shown: the moment that is looked at */
export function paintChart(canvas, samples, length, shown) {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  if (!samples.length) return;
  const place = places(canvas, length);
  const style = getComputedStyle(canvas);
  const accent = style.getPropertyValue("--color-accent") || "royalblue";
  paintMoment(context, place, shown, style.color);
  for (let digit = 0; digit < 10; digit++) {
    if (samples.every(([, all]) => all[digit] < SEEN)) continue;
    const line = samples.map(([moment, all]) => [moment, all[digit]]);
    paintLine(context, place, line, style.color, 1);
  }
  const { line, takeovers } = answers(samples);
  paintLine(context, place, line, accent, 2.5);
  paintTakeovers(context, place, takeovers, style);
}

export const winnerOf = (probabilities) => probabilities.indexOf(Math.max(...probabilities));

/**
 * The answer over time: its line, [[moment, probability]], along the largest of the ten, and
 * [[moment, digit]] of every digit that takes over, where its line crosses the last answer's.
 */
export function answers(samples) {
  const line = [];
  const takeovers = [];
  samples.forEach(([moment, all], i) => {
    const digit = winnerOf(all);
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

function paintMoment(context, { x, height }, moment, color) {
  context.globalAlpha = 0.35;
  context.fillStyle = color;
  context.fillRect(x(moment) - 0.5, TOP, 1, height - TOP);
  context.globalAlpha = 1;
}

function paintLine(context, { x, y }, line, color, width) {
  context.globalAlpha = width > 1 ? 1 : 0.45;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  for (const [moment, probability] of line) context.lineTo(x(moment), y(probability));
  context.stroke();
  context.globalAlpha = 1;
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
