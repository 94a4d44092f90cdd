// A few test digits: red while the network misreads them, green once it reads them. A click puts one on
// the pad.
import { IMAGE_SIZE } from "../../../reader/preprocess.js";
import { emit, follow } from "../../../state/events.js";
import { button, make, setLabel, write } from "../../../dom/elements.js";
import { inkOnPaper } from "../../../painting/canvas.js";
import { call } from "../../../transport/http.js";
import { text } from "../../../locales/language.js";

const SIZE = IMAGE_SIZE ** 2; // bytes of a picture

/** The test digits of a run that are watched, [{label, pixels}]: see server/routes/results.py. */
export async function askSample(run) {
  const response = await call(`trainings/${run}/digits`, { query: { sample: "" } });
  const buffer = await response.arrayBuffer();
  const count = new DataView(buffer).getUint32(0, true);
  const bytes = new Uint8Array(buffer, 4);
  return Array.from({ length: count }, (_, i) => ({
    label: bytes[i],
    pixels: bytes.slice(count + i * SIZE, count + (i + 1) * SIZE),
  }));
}

/** element: holds .pictures, which are filled. */
export function createSample(element) {
  const pictures = element.querySelector(".pictures");
  let digits = []; // {label, pixels, answer, element, caption}

  function say() {
    element.hidden = digits.length === 0;
    for (const { label, answer, element: digit, caption } of digits) {
      const isRight = label === answer;
      digit.classList.toggle("right", isRight);
      digit.classList.toggle("wrong", !isRight);
      write(caption, isRight ? `${label} ✓` : `${label}→${answer ?? "?"}`);
      const words = text(isRight ? "digitRight" : "digitWrong", { label, answer: answer ?? "?" });
      if (digit.title !== words) setLabel(digit, words);
    }
  }

  follow([], say);
  return {
    get count() {
      return digits.length;
    },
    /** How many were read rightly. */
    get right() {
      return digits.filter(({ label, answer }) => label === answer).length;
    },
    /** Show other test digits, [{label, pixels}]. */
    show(next) {
      digits = next.map(picture);
      pictures.replaceChildren(...digits.map((digit) => digit.element));
      say();
    },
    /** Read them all with a network, as a generator, and say which are right. */
    *reading(network) {
      const mine = digits;
      for (const digit of mine) {
        const layers = yield* network.reading(digit.pixels);
        const { values } = layers.get(network.layers.at(-1).name);
        digit.answer = values.indexOf(Math.max(...values));
      }
      if (mine === digits) say();
    },
  };
}

function picture({ label, pixels }) {
  const caption = make("span");
  const put = () => emit("picture", { width: IMAGE_SIZE, height: IMAGE_SIZE, pixels });
  return { label, pixels, answer: null, caption, element: button("digit", put, inkOnPaper(pixels), caption) };
}
