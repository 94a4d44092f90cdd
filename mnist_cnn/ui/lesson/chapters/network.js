// The layer table, each row with what the layer makes of the drawing.
import { text } from "../../locales/language.js";
import { make } from "../../lens/elements.js";
import { whole } from "../numbers.js";
import { levelPlate, scrolled } from "../plates.js";

export const defaults = {};

const HEADS = ["lessonLayer", "lessonShape", "lessonParameters", "lessonProducts", "lessonField"];
const ROW = 8; // units of a vector in a row of its plate

export function create(stage) {
  const table = make("table", "layers");
  stage.element.append(scrolled(table));
  stage.picture("layers", (layers) => {
    const heads = [...HEADS.map((key) => text(key)), text("lessonStrongestChannel")];
    table.replaceChildren(
      make("tr", "", ...heads.map((words) => make("th", "", words))),
      ...layers.map((layer) => row(stage, layer)),
    );
  });
}

function row(stage, { name, shape, parameters, arithmetic, products, field, picture, cell }) {
  const link = make("button", "link", name);
  link.type = "button";
  link.title = text("lessonLookAt");
  link.addEventListener("click", () => stage.about.look(name, cell));
  const sum = arithmetic ? make("small", "", `${arithmetic} =`) : "";
  return make(
    "tr",
    "",
    make("th", "", link),
    make("td", "", shape.join("×")),
    make("td", "", sum, " ", whole(parameters)),
    make("td", "", whole(products)),
    make("td", "", `${field}×${field}`),
    make("td", "", levelPlate(picture.length > 1 ? picture : folded(picture[0]))),
  );
}

/** A vector in several rows, so that it can be seen; flatten has too many for one. */
function folded(levels) {
  const width = levels.length > 64 ? 64 : levels.length > 10 ? 2 * ROW * 2 : levels.length;
  const rows = [];
  for (let at = 0; at < levels.length; at += width) rows.push(levels.slice(at, at + width));
  return rows;
}
