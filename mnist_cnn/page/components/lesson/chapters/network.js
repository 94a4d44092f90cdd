// The network as a river, as a table of its layers, and as areas: what its parameters are, and its work.
import { text } from "../../../locales/language.js";
import { button, make, tableRow } from "../../../dom/elements.js";
import { inPercent, whole } from "../../../locales/numbers.js";
import { mapOf, themed } from "../pictures/layers/themed.js";
import { scrolled } from "../pictures/plates.js";

export const defaults = {};
export const cards = {
  river: { river: ["image", "conv1", "pool1", "conv2", "pool2", "conv3", "flatten", "dense1", "softmax"] },
  layers: { show: showTable },
  parameters: { show: showAreas, enter: hideWork, play: showWork },
  question: { show: showTable },
};

const HEADS = ["lessonLayer", "lessonShape", "lessonParameters", "lessonStrongestChannel"];
const ROW = 32; // units of a vector in a row of its plate
const LONG = 64; // the same of a longer vector

function showTable(stage) {
  const table = make("table", "layers");
  const region = scrolled(table);
  region.classList.add("filling");
  stage.element.append(region);
  const draw = (layers) =>
    table.replaceChildren(
      tableRow("th", ...HEADS.map((key) => text(key))),
      ...layers.map((layer) => layerRow(stage, layer)),
    );
  stage.picture("layers", themed(table, draw));
}

function layerRow(stage, { name, shape, parameters, arithmetic, picture, cell }) {
  const look = () => stage.about.look(name, cell);
  const link = button({ className: "link", title: text("lessonLookAt") }, look, name);
  const sum = arithmetic ? make("small", "", `${arithmetic} = `) : "";
  const rows = picture.length > 1 ? picture : folded(picture[0]);
  const plate = mapOf(rows);
  plate.classList.toggle("vector", picture.length === 1);
  return tableRow("td", make("th", "", link), shape.join("×"), make("td", "", sum, whole(parameters)), plate);
}

/** A vector in several rows, to be seen at all; flatten has too many units for one row. */
function folded(levels) {
  const width = levels.length > LONG ? LONG : Math.min(ROW, levels.length);
  const rows = [];
  for (let at = 0; at < levels.length; at += width) rows.push(levels.slice(at, at + width));
  return rows;
}

/** The layers that learn: squares as large as what they have of all parameters, and of all multiplications. */
function showAreas(stage) {
  const sizes = make("div", "sizes");
  stage.element.append(sizes);
  stage.picture("layers", (layers) => {
    const waits = sizes.dataset.waits === "true";
    sizes.replaceChildren(
      ...squares(layers, "parameters", "lessonParameters", false),
      ...squares(layers, "products", "lessonProducts", waits),
    );
  });
}

function squares(layers, of, key, waits) {
  const learning = layers.filter(({ parameters }) => parameters > 0);
  const all = learning.reduce((sum, layer) => sum + layer[of], 0);
  return [
    make("h3", "", text(key)),
    ...learning.map((layer) => {
      const isDense = layer.shape.length === 1;
      const share = layer[of] / all;
      const square = make("i", "");
      square.style.setProperty("--side-share", Math.sqrt(share));
      const known = [make("small", "", whole(layer[of])), make("small", "", inPercent(share))];
      const told = waits ? [make("small", "", "?")] : known;
      const className = ["layer-size", isDense ? "dense" : "", waits ? "waiting" : ""].join(" ");
      return make("div", className, square, make("div", "", make("b", "", layer.name), ...told));
    }),
  ];
}

function hideWork(stage) {
  stage.element.querySelector(".sizes").dataset.waits = "true";
}

/** The second row of squares, which the prediction is about. */
function showWork(stage) {
  stage.element.querySelector(".sizes").dataset.waits = "false";
  stage.set({});
}
