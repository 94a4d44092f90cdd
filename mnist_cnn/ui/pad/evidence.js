// Heat on the drawing: blue speaks for the digit that is asked for, orange against it.
import { accountOf } from "../explain/accounts.js";
import { heatOf } from "../explain/evidence.js";
import { text, onLanguage } from "../locales/language.js";
import { signedColor, signedPixel } from "../maps/colormap.js";
import { listen } from "../transport/events.js";
import { canvasOf } from "./canvas.js";
import { PAD_SIZE } from "./drawing.js";
import { Projection } from "./projection.js";

const IMAGE_SIZE = 28;
const GAIN = 1.4; // the strongest pixels are few: bring up the others

/** paper: the element the drawing fills; the heat lies over it */
export function showEvidence(paper) {
  const heat = create(paper);
  let on = false;
  let asked = null; // the digit; null: the answer's own
  let piece = null; // a channel: then only what comes through it, whether heat is on or not
  let answer = { empty: true };
  let said = null; // the digit in the legend

  /** The account and the shares that are to be shown, or null. */
  function wanted() {
    if (answer.empty) return null;
    const account = () => accountOf(answer, asked ?? answer.digit);
    if (piece && answer.layers.has(piece.layer)) {
      const { layer, channel } = piece;
      return { account: account(), shares: account().ink(layer, channel) };
    }
    return on ? { account: account(), shares: account().pixels } : null;
  }

  function show() {
    const now = wanted();
    paper.classList.toggle("explained", now !== null);
    if (!now) heat.canvas.remove();
    else {
      if (!heat.canvas.isConnected) heat.legend.before(heat.canvas);
      paint(heat.canvas, heatOf(now.account, now.shares), new Projection(answer));
    }
    say(now && now.account.digit);
  }

  function say(digit) {
    heat.legend.hidden = digit === null;
    if (digit === said) return; // it is read out when it changes
    said = digit;
    if (digit === null) return heat.legend.replaceChildren();
    heat.legend.replaceChildren(
      word(1, text("speaksFor", { digit })),
      word(-1, text("speaksAgainst")),
    );
  }

  onLanguage(() => {
    said = null;
    show();
  });
  listen("why", (wish) => {
    on = wish;
    show();
  });
  listen("asked", ({ digit }) => {
    asked = digit;
    show();
  });
  listen("piece", (next) => {
    piece = next;
    if (piece) paper.scrollIntoView({ block: "nearest" }); // on a phone, the sum stands far below
    show();
  });
  listen("answer", (next) => {
    answer = next.answer;
    show();
  });
}

function create(paper) {
  const canvas = canvasOf(PAD_SIZE, PAD_SIZE);
  canvas.className = "heat";
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

function paint(canvas, pixels, projection) {
  const most = pixels.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
  const source = canvasOf(IMAGE_SIZE, IMAGE_SIZE);
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
