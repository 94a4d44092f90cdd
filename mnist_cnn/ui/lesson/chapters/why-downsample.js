// The network with pooling and the one without, side by side.
import { text } from "../../locales/language.js";
import { make } from "../../lens/elements.js";
import { decimal, percent, whole } from "../numbers.js";
import { figure, frame, inkPlate, levelPlate, scrolled } from "../plates.js";

export const defaults = {};

const NAMES = { max: "lessonWithPooling", none: "lessonWithoutPooling" };

const ROWS = [
  ["lessonParameters", ({ parameters }) => whole(parameters)],
  ["lessonProducts", ({ products }) => whole(products)],
  ["lessonLastMap", ({ lastMap }) => lastMap.join("×")],
  ["lessonField", ({ field }) => `${field}×${field}`],
  ["lessonTime", ({ milliseconds }) => `${decimal(milliseconds)} ms`],
  ["lessonAccuracy", ({ accuracy }) => accuracy],
  ["lessonTrainings", ({ trials }) => String(trials)],
  ["lessonYourDigit", ({ digit, probability }) => `${digit} (${percent(probability)})`],
];

export function create(stage) {
  const plates = make("div", "plates");
  const table = make("table", "");
  stage.element.append(plates, scrolled(table), make("p", "hint", text("lessonAlike")));
  stage.picture("sides", ({ image, networks }) => {
    plates.replaceChildren(...networks.flatMap((network) => pair(image, network)));
    const heads = networks.map(({ name }) => make("th", "", text(NAMES[name])));
    table.replaceChildren(
      make("tr", "", make("th", ""), ...heads),
      ...ROWS.map(([key, write]) =>
        make(
          "tr",
          "",
          make("th", "", text(key)),
          ...networks.map((network) => make("td", "", write(network))),
        ),
      ),
    );
  });
}

/** What the strongest number of the last map sees, and that map. */
function pair(image, { name, strongest }) {
  const { map, region, cell } = strongest;
  const spot = frame([cell[1], cell[0], cell[1] + 1, cell[0] + 1], map[0].length, map.length, "cell");
  const words = text(NAMES[name]);
  return [
    figure(inkPlate(image), `${words}: ${text("lessonSees")}`, [frame(region, image.length)]),
    figure(levelPlate(map), text("lessonChannel", { channel: cell[2] }), [spot]),
  ];
}
