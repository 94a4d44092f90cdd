// The probabilities of all digits along a way, stacked: at every place they fill the height.
import { label, svg } from "../svg.js";

const SIZE = [600, 150]; // units of the picture
const COLORS = 3; // by turns, for digits that lead somewhere; the others have one more

/**
 * @param {{digit: number, probabilities: number[]}[]} answers from left to right
 * @returns {SVGElement}
 */
export function shares(answers) {
  const [width, height] = SIZE;
  const x = (at) => (at / (answers.length - 1)) * width;
  const below = answers.map(() => 0); // the share that is stacked already
  const bands = [];
  const names = [];
  const leading = [...new Set(answers.map(({ digit }) => digit))];
  for (let digit = 0; digit < 10; digit++) {
    const under = below.slice();
    answers.forEach(({ probabilities }, at) => (below[at] += probabilities[digit]));
    const line = (edge, at) => `${x(at).toFixed(1)},${(height * (1 - edge)).toFixed(2)}`;
    const points = [...below.map(line), ...under.map(line).toReversed()].join(" ");
    bands.push(svg("polygon", { points, class: `band color-${leading.includes(digit) ? leading.indexOf(digit) % COLORS : "none"}` }));
    for (const at of middles(answers, digit)) {
      const y = height * (1 - (below[at] + under[at]) / 2);
      names.push(label(x(at), y, String(digit), "middle", { "dominant-baseline": "central" }));
    }
  }
  const view = { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" };
  return svg("svg", view, ...bands, ...names);
}

/** The middles of the stretches along which a digit leads. */
function middles(answers, digit) {
  const found = [];
  let from = null;
  [...answers, null].forEach((answer, at) => {
    const leads = answer?.digit === digit;
    if (leads && from === null) from = at;
    if (leads || from === null) return;
    const middle = Math.floor((from + at - 1) / 2);
    if (at - from > 2) found.push(middle);
    from = null;
  });
  return found;
}
