// Test digits as pictures: what they are, what the network read, how sure it was. A click puts one
// on the pad.
import { IMAGE_SIZE } from "../../../reader/preprocess.js";
import { button, make, setLabel } from "../../../dom/elements.js";
import { inPercent } from "../../../locales/numbers.js";
import { text } from "../../../locales/language.js";
import { inkOnPaper } from "../../../painting/canvas.js";
import { call } from "../../../transport/http.js";
import { emit } from "../../../state/events.js";

const SIZE = IMAGE_SIZE ** 2; // bytes of a picture

/** Ask for test digits of a finished run: of a cell of its confusion, or its worst mistakes. */
export const askDigits = (run, cell) => digitsOf(run, cell ? { label: cell[0], answer: cell[1] } : {});

/** Ask for test digits of a finished run, [{sureness, label, answer, pixels}]; query: see server/routes/results.py. */
export async function digitsOf(run, query) {
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
  element.replaceChildren(...digits.map(digitButton));
}

function digitButton({ label, answer, sureness, pixels }) {
  const words = text(label === answer ? "digitRight" : "digitWrong", { label, answer });
  const percent = inPercent(sureness);
  const caption = make("span", "", label === answer ? percent : `${label}→${answer}`);
  const put = () => emit("picture", { width: IMAGE_SIZE, height: IMAGE_SIZE, pixels });
  const element = button("digit", put, inkOnPaper(pixels), caption);
  setLabel(element, text("digitHint", { words, percent }));
  return element;
}
