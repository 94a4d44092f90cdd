// The Save menu: the drawing, the input, any layer, the whole view, the numbers themselves.
import { text } from "../locales/language.js";
import { Network } from "../maps/network.js";
import { pngOf } from "../pad/canvas.js";
import { download } from "../transport/download.js";
import { listen } from "../transport/events.js";
import { composition } from "./composition.js";
import { Menu } from "./menu.js";
import { npz } from "./npz.js";
import { drawingPicture, inputPicture, layerPicture } from "./pictures.js";

const DRAWING_SIDE = 1120; // pixels, four for each unit of the pad
const INPUT_ZOOM = 20;

// Each thing: what the menu calls it; the end of its file's name; and what makes a Blob of what is
// shown.
const THINGS = [
  {
    key: "saveDrawing",
    file: "drawing.png",
    make: ({ frame }) => pngOf(drawingPicture(frame.marks, DRAWING_SIDE)),
  },
  {
    key: "saveInput",
    file: "input.png",
    make: ({ answer }) => pngOf(inputPicture(answer.image, INPUT_ZOOM)),
  },
  {
    key: "saveInputExact",
    file: "input-28x28.png",
    make: ({ answer }) => pngOf(inputPicture(answer.image, 1)),
  },
  {
    key: "saveView",
    file: "view.png",
    make: ({ answer, frame, network, perChannel }) =>
      pngOf(composition({ answer, frame }, network, perChannel)),
  },
  {
    key: "saveActivations",
    file: "activations.npz",
    make: ({ answer }) => activations(answer),
  },
];

/** A layer as such a thing. */
const thingOf = (layer) => ({
  key: layer.name, // is no key, so it stays as it is
  file: `${layer.name}.png`,
  make: ({ answer, network, perChannel }) =>
    pngOf(layerPicture(layer, network.grid(layer), answer.layers.get(layer.name), perChannel)),
});

/**
 * @param element holds .save, the button, and .menu
 * @param layers the layers of the network, as telling.py lists them
 * @param say called with a sentence
 */
export function bindSave(element, layers, say) {
  const button = element.querySelector(".save");
  const network = new Network(layers);
  const shown = { answer: { empty: true }, frame: null, network, perChannel: false };
  const items = (things) =>
    things.map((thing) => menuItem(thing, () => keep(thing, { ...shown }, say)));
  const menu = new Menu(button, element.querySelector(".menu"), (list) => {
    const ofLayers = group(text("saveLayer"), items(shown.network.layers.map(thingOf)));
    list.replaceChildren(...items(THINGS), ofLayers);
  });
  listen("network", (next) => (shown.network = new Network(next.layers)));
  listen("scale", (scale) => Object.assign(shown, scale));
  listen("answer", (next) => {
    Object.assign(shown, next);
    button.disabled = Boolean(next.answer.empty);
    if (button.disabled) menu.hide();
  });
}

async function keep(thing, shown, say) {
  const name = `digit-${shown.answer.digit}-${thing.file}`;
  try {
    download(await thing.make(shown), name);
    say(text("saved", { name }));
  } catch (error) {
    if (!error.refused) throw error;
    say(text(error.refused));
  }
}

function menuItem({ key }, choose) {
  const entry = document.createElement("button");
  Object.assign(entry, { type: "button", role: "menuitem", tabIndex: -1, textContent: text(key) });
  entry.addEventListener("click", choose);
  return entry;
}

function group(label, items) {
  const box = document.createElement("div");
  box.role = "group";
  box.ariaLabel = label;
  const heading = document.createElement("span");
  heading.textContent = label;
  heading.ariaHidden = "true";
  const list = document.createElement("div");
  list.className = "layers";
  list.role = "presentation";
  list.append(...items);
  box.append(heading, list);
  return box;
}

/** The picture, every layer with its name, and what was drawn. */
function activations({ drawing, image, digit, layers }) {
  const { width, height, pixels } = drawing;
  return npz({
    drawing: { shape: [height, width], values: pixels },
    image: { shape: [28, 28], values: image },
    digit: { shape: [], values: Int32Array.of(digit) },
    ...Object.fromEntries(layers),
  });
}
