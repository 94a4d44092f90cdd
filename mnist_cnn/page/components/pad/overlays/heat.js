// Heat on the drawing: blue speaks for the explained digit, orange against it.
import { accountOf } from "../../../explain/contributions.js";
import { heatOf } from "../../../explain/heatmap.js";
import { text } from "../../../locales/language.js";
import { signedColor } from "../../../painting/colormap.js";
import { follow, listen, valueOf } from "../../../state/events.js";
import { make } from "../../../dom/elements.js";
import { canvasOf } from "../../../painting/canvas.js";
import { heatFrom } from "../../../painting/map.js";
import { IMAGE_SIZE } from "../../../reader/preprocess.js";
import { PAD_SIZE } from "../drawing.js";
import { Projection } from "./projection.js";

/** paper: the element the drawing fills; the heat lies over it */
export function createHeat(paper) {
  const heat = create(paper);
  let said = null; // the legend

  function show() {
    const shown = wanted();
    paper.classList.toggle("explained", shown !== null);
    if (!shown) heat.canvas.remove();
    else {
      if (!heat.canvas.isConnected) heat.legend.before(heat.canvas);
      paint(heat.canvas, heatOf(shown.account, shown.shares), new Projection(valueOf("answer").answer));
    }
    say(shown && text("speaksFor", { digit: shown.account.digit }));
  }

  function say(words) {
    heat.legend.hidden = words === null;
    if (words === said) return; // screen readers read it whenever it is written
    said = words;
    const legend = words === null ? [] : [word(1, words), word(-1, text("speaksAgainst"))];
    heat.legend.replaceChildren(...legend);
  }

  follow(["why", "asked", "piece", "answer"], show);
  // On a phone, the sum stands far below the pad.
  listen("piece", (piece) => piece && paper.scrollIntoView({ block: "nearest" }));
}

/** The account and the shares to show, or null. */
function wanted() {
  const { answer } = valueOf("answer");
  const piece = valueOf("piece"); // shown whether heat is on or not
  if (answer.empty) return null;
  const account = () => accountOf(answer, valueOf("asked").digit ?? answer.digit);
  if (piece && answer.layers.has(piece.layer)) {
    const { layer, channel } = piece;
    return { account: account(), shares: account().ink(layer, channel) };
  }
  return valueOf("why") ? { account: account(), shares: account().pixels } : null;
}

function create(paper) {
  const canvas = canvasOf(PAD_SIZE, PAD_SIZE);
  canvas.className = "heat";
  const legend = make("p", { className: "legend", role: "status", hidden: true });
  paper.append(legend);
  return { canvas, legend };
}

function word(sign, words) {
  const swatch = make("i", "");
  swatch.style.background = `rgb(${signedColor(sign)})`;
  return make("span", "", swatch, words);
}

function paint(canvas, pixels, projection) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, PAD_SIZE, PAD_SIZE);
  context.imageSmoothingEnabled = false;
  const [left, top] = projection.point(0, 0);
  const [right, bottom] = projection.point(IMAGE_SIZE, IMAGE_SIZE);
  context.drawImage(heatFrom(pixels), left, top, right - left, bottom - top);
}
