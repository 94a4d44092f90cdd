// The whole view as one picture, composed from scratch, because a screenshot would depend on the window.
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { doubtOf } from "../answer/doubt.js";
import { inPercent } from "../../locales/numbers.js";
import { Stages } from "../lens/workings/stages.js";
import { text } from "../../locales/language.js";
import { layout } from "../maps/sprite.js";
import {
  LIGHT,
  blank,
  drawingPicture,
  font,
  layerSprite,
  paintCrisp,
  writeCaption,
} from "./pictures.js";

const WIDTH = 1920;
const RIM = 60;
const INSIDE = WIDTH - 2 * RIM;
const TOP = 140; // under the title
const PAD = 540;
const RIGHT = RIM + PAD + RIM; // where answer and film strip begin
const LAYERS = TOP + PAD + 60; // where the layers begin
const ROW = { caption: 34, gap: 26, tallest: 220, largestCell: 60 };
const STAGE = 190;

/**
 * @param shown {answer, frame}, as the event `answer` has them
 * @param perChannel whether each channel is on its own scale
 */
export function composition({ answer, frame }, network, perChannel) {
  const rows = network.layers.map((layer) => layerRow(layer, network, answer, perChannel));
  const height = LAYERS + 50 + rows.reduce((sum, row) => sum + row.height, 0) + RIM;
  const canvas = blank(WIDTH, height);
  const context = canvas.getContext("2d");
  const write = (words, x, y, size, { weight = 400, color = LIGHT.ink, align = "left", room } = {}) => {
    context.font = font(size, weight);
    context.fillStyle = color;
    context.textAlign = align;
    context.fillText(words, x, y, room);
  };
  write(text("title"), RIM, 100, 48, { weight: 700, room: INSIDE });
  paintDrawing(context, frame);
  paintAnswer(context, write, answer);
  paintStages(context, write, answer);
  write(text("maps"), RIM, LAYERS + 16, 32, { weight: 700 });
  let y = LAYERS + 50;
  for (const row of rows) {
    writeCaption(context, row, RIM, y + 22, 22, INSIDE);
    paintCrisp(context, row.canvas, RIM, y + ROW.caption, row.zoom);
    y += row.height;
  }
  write(location.origin + location.pathname, RIM, height - 40, 22, { color: LIGHT.subdued });
  return canvas;
}

function layerRow(layer, network, answer, perChannel) {
  const grid = network.grid(layer);
  let zoom;
  const columns = (shape) => {
    const best = layout(shape, INSIDE, ROW.tallest, ROW.largestCell * shape[1]);
    zoom = best.zoom;
    return best.columns;
  };
  const activations = answer.layers.get(layer.name);
  const sprite = layerSprite(layer, grid, activations, perChannel, columns);
  return { ...sprite, zoom, height: sprite.canvas.height * zoom + ROW.caption + ROW.gap };
}

function paintDrawing(context, { marks }) {
  context.drawImage(drawingPicture(marks, PAD), RIM, TOP);
  outline(context, RIM, TOP, PAD);
}

/** The digit, ten bars with their percentages, and the doubt when there is one. */
function paintAnswer(context, write, answer) {
  const [left, top, high] = [RIGHT + 220, TOP + 36, 170];
  const step = (WIDTH - RIM - left) / 10;
  write(String(answer.digit), RIGHT + 90, TOP + 200, 230, { weight: 700, align: "center" });
  answer.probabilities.forEach((probability, digit) => {
    const winner = digit === answer.digit;
    const x = left + step * digit;
    const style = { weight: winner ? 700 : 400, align: "center" };
    write(inPercent(probability), x + step / 2, top - 12, 24, style);
    context.fillStyle = LIGHT.track;
    context.fillRect(x + 5, top, step - 10, high);
    context.fillStyle = winner ? LIGHT.accent : LIGHT.subdued;
    context.fillRect(x + 5, top + high * (1 - probability), step - 10, high * probability);
    context.fillRect(x + 5, top + high, step - 10, 2);
    write(String(digit), x + step / 2, top + high + 38, 30, style);
  });
  write(doubtOf(answer), RIGHT, TOP + 290, 24, { room: WIDTH - RIM - RIGHT });
}

function paintStages(context, write, answer) {
  const names = { drawing: STAGE, crop: STAGE, scaled: 20, image: IMAGE_SIZE };
  const canvases = Object.fromEntries(
    Object.entries(names).map(([name, side]) => [name, blank(side, side)]),
  );
  const ink = LIGHT.ink.match(/\w\w/g).map((part) => parseInt(part, 16));
  new Stages(canvases).paint(answer, { ink, accent: LIGHT.accent });
  const captions = ["stageDrawing", "stageCrop", "stageScaled", "stageImage"];
  const step = (WIDTH - RIM - RIGHT - STAGE) / 3;
  const y = TOP + PAD - STAGE - 34;
  Object.values(canvases).forEach((canvas, i) => {
    const x = Math.round(RIGHT + step * i);
    context.imageSmoothingEnabled = canvas.width === STAGE;
    context.drawImage(canvas, x, y, STAGE, STAGE);
    context.imageSmoothingEnabled = true;
    outline(context, x, y, STAGE);
    write(text(captions[i]), x + STAGE / 2, TOP + PAD, 22, { align: "center" });
    if (i) write("›", x - (step - STAGE) / 2, y + STAGE / 2 + 14, 44, { color: LIGHT.subdued, align: "center" });
  });
}

function outline(context, x, y, side) {
  context.strokeStyle = LIGHT.line;
  context.lineWidth = 2;
  context.strokeRect(x, y, side, side);
}
