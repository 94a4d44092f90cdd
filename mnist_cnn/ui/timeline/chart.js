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
  const winner = winnerOf(samples.at(-1)[1]);
  paintMoment(context, place, shown, style.color);
  for (let digit = 0; digit < 10; digit++) {
    if (digit === winner || samples.every(([, all]) => all[digit] < SEEN)) continue;
    paintLine(context, place, samples, digit, style.color, 1);
  }
  paintLine(context, place, samples, winner, accent, 2.5);
  paintTakeovers(context, place, samples, style);
}

export const winnerOf = (probabilities) => probabilities.indexOf(Math.max(...probabilities));

function places(canvas, length) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  return {
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

function paintLine(context, { x, y }, samples, digit, color, width) {
  context.globalAlpha = width > 1 ? 1 : 0.45;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  for (const [moment, probabilities] of samples) {
    context.lineTo(x(moment), y(probabilities[digit]));
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** The digit above the line, where it becomes the answer; not so close that they overlap. */
function paintTakeovers(context, { x }, samples, style) {
  context.font = `600 12px ${style.fontFamily}`;
  context.textAlign = "center";
  context.fillStyle = style.color;
  let before = null;
  let free = 0;
  for (const [moment, probabilities] of samples) {
    const winner = winnerOf(probabilities);
    if (winner === before) continue;
    before = winner;
    const at = Math.max(x(moment), 8);
    if (at < free) continue;
    context.fillText(String(winner), at, 12);
    free = at + 11;
  }
}
