// Test digits as pictures: what they are, what the network read, how sure it was. A click puts one
// on the pad.
import { inPercent } from "../answer/words.js";
import { text } from "../locales/language.js";
import { inkOnPaper } from "../pad/canvas.js";
import { call } from "../transport/asking.js";
import { emit } from "../transport/events.js";

const SIDE = 28; // pixels
const SIZE = SIDE * SIDE;

/** Ask for test digits of a finished run: of a cell of its confusion, or its worst mistakes. */
export async function askDigits(run, cell) {
  const query = cell ? { label: cell[0], answer: cell[1] } : {};
  const buffer = await (await call(`trainings/${run}/digits`, { query })).arrayBuffer();
  const count = new DataView(buffer).getUint32(0, true);
  const bytes = new Uint8Array(buffer, 4 + 8 * count);
  const sureness = new Float32Array(buffer, 4, count);
  return Array.from({ length: count }, (_, i) => ({
    sureness: sureness[i],
    label: bytes[i],
    answer: bytes[count + i],
    pixels: bytes.slice(2 * count + i * SIZE, 2 * count + (i + 1) * SIZE),
  }));
}

/** Fill `element` with digits as buttons. */
export function showDigits(element, digits) {
  element.replaceChildren(...digits.map(button));
}

function button(digit) {
  const { label, answer, sureness, pixels } = digit;
  const element = document.createElement("button");
  const words = text(label === answer ? "digitRight" : "digitWrong", { label, answer });
  const percent = inPercent(sureness);
  Object.assign(element, { type: "button", className: "digit" });
  element.title = text("digitHint", { words, percent });
  element.setAttribute("aria-label", element.title);
  const caption = document.createElement("span");
  caption.textContent = label === answer ? percent : `${label}→${answer}`;
  element.append(inkOnPaper(pixels), caption);
  element.addEventListener("click", () => {
    emit("picture", { width: SIDE, height: SIDE, pixels });
  });
  return element;
}
