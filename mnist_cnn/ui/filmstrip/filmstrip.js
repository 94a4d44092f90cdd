// The stages of preprocessing, as the network's own input came about.
import { translate } from "../locales/language.js";
import { listen } from "../transport/events.js";

const PAD_SIZE = 280;

export function mount(element) {
  const stage = (name) => element.querySelector(`.${name} canvas`).getContext("2d");
  const contexts = {
    drawing: stage("drawing"),
    crop: stage("crop"),
    scaled: stage("scaled"),
    image: stage("image"),
  };
  translate(element);
  listen("answer", ({ answer, frame }) => {
    for (const context of Object.values(contexts)) {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    }
    if (answer.empty) return;
    const ink = rgb(getComputedStyle(element).color);
    const sent = bitmap(frame.pixels, frame.width, frame.height, ink);
    paintDrawing(contexts.drawing, sent, frame, answer.box, getComputedStyle(element));
    paintCrop(contexts.crop, sent, answer.box);
    const image = bitmap(answer.image, 28, 28, ink);
    paintScaled(contexts.scaled, image, answer);
    contexts.image.drawImage(image, 0, 0);
  });
}

function paintDrawing(context, sent, frame, [left, top, right, bottom], style) {
  const factor = context.canvas.width / PAD_SIZE;
  const place = (x, y) => [(frame.left + x / frame.scale) * factor, (frame.top + y / frame.scale) * factor];
  const size = (width, height) => [(width / frame.scale) * factor, (height / frame.scale) * factor];
  context.drawImage(sent, ...place(0, 0), ...size(frame.width, frame.height));
  context.strokeStyle = style.getPropertyValue("--color-accent") || "royalblue";
  context.strokeRect(...place(left, top), ...size(right - left, bottom - top));
}

function paintCrop(context, sent, [left, top, right, bottom]) {
  const side = context.canvas.width;
  const [width, height] = [right - left, bottom - top];
  const factor = side / Math.max(width, height);
  const [w, h] = [width * factor, height * factor];
  context.drawImage(sent, left, top, width, height, (side - w) / 2, (side - h) / 2, w, h);
}

function paintScaled(context, image, answer) {
  const [width, height] = answer.scaled;
  const [left, top] = answer.offset;
  const at = [Math.floor((20 - width) / 2), Math.floor((20 - height) / 2)];
  context.drawImage(image, left, top, width, height, ...at, width, height);
}

/** Ink levels as a canvas, with the ink in the theme's colour on nothing. */
function bitmap(levels, width, height, [red, green, blue]) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const ink = (blue << 16) | (green << 8) | red;
  for (let i = 0; i < levels.length; i++) pixels[i] = (levels[i] << 24) | ink;
  context.putImageData(image, 0, 0);
  return canvas;
}

const rgb = (color) => color.match(/\d+(\.\d+)?/g).slice(0, 3).map(Number);
