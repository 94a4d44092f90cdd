// The Save menu: the drawing, the input, any layer, the whole view, the numbers themselves.
import { text } from "../../locales/language.js";
import { sentenceOf } from "../../locales/refusals.js";
import { Network } from "../../state/layers.js";
import { pngOf } from "../../painting/canvas.js";
import { download } from "../../transport/download.js";
import { listen, valueOf } from "../../state/events.js";
import { make } from "../../dom/elements.js";
import { Menu, menuItem } from "../../dom/menu.js";
import { composition } from "./composition.js";
import { npz } from "./npz.js";
import { drawingPicture, inputPicture, layerPicture } from "./pictures.js";

const DRAWING_SIDE = 1120; // pixels, four for each unit of the pad
const INPUT_ZOOM = 20;

// Each thing: the key of its name in the menu, the end of its file's name, and a function that makes a
// Blob of what is shown.
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

const currentNetwork = () => new Network(valueOf("network").layers);

/** {answer, frame, network, perChannel} as they are now. */
const shown = () => ({ ...valueOf("answer"), ...valueOf("scale"), network: currentNetwork() });

/** The same for a layer. */
const thingOf = (layer) => ({
  key: layer.name, // not a key: the text stays as it is
  file: `${layer.name}.png`,
  make: ({ answer, network, perChannel }) =>
    pngOf(layerPicture(layer, network.grid(layer), answer.layers.get(layer.name), perChannel)),
});

/**
 * @param element holds .save, the button, and .menu
 * @param say called with a sentence
 */
export function createSaveMenu(element, say) {
  const button = element.querySelector(".save");
  const items = (things) =>
    things.map((thing) => menuItem(text(thing.key), () => keep(thing, say)));
  const menu = new Menu(button, element.querySelector(".menu"), (list) => {
    const ofLayers = group(text("saveLayer"), items(currentNetwork().layers.map(thingOf)));
    list.replaceChildren(...items(THINGS), ofLayers);
  });
  listen("answer", ({ answer }) => {
    button.disabled = Boolean(answer.empty);
    if (button.disabled) menu.hide();
  });
}

async function keep(thing, say) {
  const now = shown();
  const name = `digit-${now.answer.digit}-${thing.file}`;
  try {
    download(await thing.make(now), name);
    say(text("saved", { name }));
  } catch (error) {
    if (!error.refused) throw error;
    say(sentenceOf(error));
  }
}

const group = (name, items) =>
  make(
    "div",
    { role: "group", "aria-label": name },
    make("span", { "aria-hidden": true }, name),
    make("div", { className: "layers", role: "presentation" }, ...items),
  );

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
