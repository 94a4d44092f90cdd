// Heat on the drawing: blue speaks for the answer, orange for the runner-up.
import { evidence as evidenceOf } from "../explain/evidence.js";
import { text, onLanguage } from "../locales/language.js";
import { signedColor, signedPixel } from "../maps/colormap.js";
import { listen } from "../transport/events.js";
import { pause } from "../transport/pause.js";
import { PAD_SIZE } from "./drawing.js";
import { Projection } from "./projection.js";

const IMAGE_SIZE = 28;
const SLICE = 4; // milliseconds of work, until the pen may have its turn
const GAIN = 1.4; // the strongest pixels are few: bring up the others

/** paper: the element the drawing fills; the heat lies over it */
export function showEvidence(paper) {
  const heat = create(paper);
  let on = false;
  let now = { answer: { empty: true }, frame: null };
  let evidence = null;
  let asked = null; // the frame that the evidence is of
  let waiting = false; // for evidence of what is shown now
  let busy = false;

  /** Whether evidence is of the answer that is shown, and of ink that is all still there. */
  function fits({ digit }, { edition, moment }) {
    const { answer, frame } = now;
    if (answer.empty || digit !== answer.digit) return false;
    return edition === frame.edition && moment <= frame.moment;
  }

  function clear() {
    evidence = null;
    waiting = false;
    heat.canvas.getContext("2d").clearRect(0, 0, PAD_SIZE, PAD_SIZE);
    say();
  }

  function say() {
    paper.classList.toggle("explained", Boolean(evidence));
    heat.legend.hidden = !evidence && !waiting;
    if (heat.legend.hidden) return;
    if (!evidence) return heat.legend.replaceChildren(text("evidenceWait"));
    heat.legend.replaceChildren(
      word(1, text("speaksFor", { digit: evidence.digit })),
      word(-1, text("speaksFor", { digit: evidence.runnerUp })),
    );
  }

  function refresh() {
    if (!isWanted()) return clear();
    if (!evidence || !fits(evidence, asked)) {
      clear();
      waiting = true;
      say();
    }
    find();
  }

  const isWanted = () => on && !now.answer.empty;

  /** Evidence of the newest answer; while it is computed, only a newer one waits. */
  async function find() {
    if (busy) return;
    busy = true;
    let at = null;
    while (isWanted() && at !== now) {
      at = now;
      const { answer, frame } = at;
      const found = await inSlices(
        evidenceOf(answer.network, answer.image),
        () => on && fits(answer, frame),
      );
      if (found) show(found, at);
    }
    busy = false;
  }

  function show(found, { answer, frame }) {
    evidence = found;
    asked = frame;
    waiting = false;
    paint(heat.canvas, evidence, new Projection(answer));
    say();
  }

  onLanguage(say);
  listen("why", (wanted) => {
    on = wanted;
    if (on) heat.legend.before(heat.canvas);
    else heat.canvas.remove();
    refresh();
  });
  listen("answer", (next) => {
    now = next;
    refresh();
  });
}

/** What a generator returns in the end, which works a little and rests; null: it was given up. */
async function inSlices(work, isWanted) {
  while (isWanted()) {
    const end = performance.now() + SLICE;
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() < end);
    await pause(0);
  }
  return null;
}

function create(paper) {
  const canvas = document.createElement("canvas");
  canvas.className = "heat";
  canvas.width = canvas.height = PAD_SIZE;
  const legend = document.createElement("p");
  legend.className = "legend";
  legend.setAttribute("role", "status");
  legend.hidden = true;
  paper.append(legend);
  return { canvas, legend };
}

function word(sign, words) {
  const element = document.createElement("span");
  const swatch = document.createElement("i");
  swatch.style.background = `rgb(${signedColor(sign)})`;
  element.append(swatch, words);
  return element;
}

function paint(canvas, { pixels }, projection) {
  const most = pixels.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
  const source = new OffscreenCanvas(IMAGE_SIZE, IMAGE_SIZE);
  const colors = Uint32Array.from(pixels, (value) => signedPixel((value / most) * GAIN));
  const image = new ImageData(new Uint8ClampedArray(colors.buffer), IMAGE_SIZE, IMAGE_SIZE);
  source.getContext("2d").putImageData(image, 0, 0);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, PAD_SIZE, PAD_SIZE);
  context.imageSmoothingEnabled = false;
  const [left, top] = projection.point(0, 0);
  const [right, bottom] = projection.point(IMAGE_SIZE, IMAGE_SIZE);
  context.drawImage(source, left, top, right - left, bottom - top);
}
