// Maximum, average and stride on one map of the drawing, and which of them reads better.
import { text } from "../../locales/language.js";
import { make, tile } from "../../lens/elements.js";
import { PAPER } from "../../maps/colormap.js";
import { decimal, percent, whole } from "../numbers.js";
import { figure, frame, largest, numberPlate, scrolled } from "../plates.js";

export const defaults = { channel: "" };
export const setUp = { channel: "" };

const WAYS = { max: "lessonMax", average: "lessonAverage", stride: "lessonStride" };
const SIDE = 2; // of a window

export function create(stage) {
  const controls = make("div", "controls");
  const plates = make("div", "plates");
  const block = make("div", "products");
  const table = make("table", "");
  const verdicts = make("div", "verdicts");
  stage.element.append(controls, plates, block, scrolled(table), verdicts);
  stage.picture("ways", (ways) => {
    controls.replaceChildren(stepper(stage, ways));
    plates.replaceChildren(mapOf(ways), ...ways.reduced.map((one) => reducedOf(ways, one)));
    block.replaceChildren(...windowOf(ways.block, largest(ways.map)));
    table.replaceChildren(...trainedRows(ways.trained));
    verdicts.replaceChildren(...ways.verdicts.map((one) => make("p", "", verdict(one))));
  });
}

function stepper(stage, { channel, channels }) {
  const step = (by, words, key) => {
    const button = make("button", "", words);
    button.type = "button";
    button.setAttribute("aria-label", text(key));
    button.addEventListener("click", () =>
      stage.set({ channel: String((channel + by + channels) % channels) }),
    );
    return button;
  };
  return make(
    "div",
    "choice",
    step(-1, "‹", "previousChannel"),
    make("span", "", `conv1 · ${text("lessonChannel", { channel })}`),
    step(1, "›", "nextChannel"),
  );
}

function mapOf({ map, block }) {
  const [top, left] = [SIDE * block.row, SIDE * block.column];
  const box = frame([left, top, left + SIDE, top + SIDE], map[0].length, map.length, "cell");
  return figure(numberPlate(map), `${map.length}×${map[0].length}`, [box]);
}

function reducedOf({ map }, { how, map: small, peak, missed }) {
  const values = { peak: percent(peak, 0), missed: percent(missed, 0) };
  const caption = make("span", "", make("b", "", text(WAYS[how])), ` ${text("lessonKept", values)}`);
  return figure(numberPlate(small, largest(map)), caption);
}

/** The window that is asked for: what the maximum and the stride keep, and the average hidden. */
function windowOf({ cells, values }, most) {
  const kept = (how) => make("span", "", `${text(WAYS[how])}: `, make("b", "", hidden(how, values)));
  return [
    tile(cells, (number) => PAPER.shade(number / most)),
    make("span", "sign", "→"),
    ...Object.keys(WAYS).map(kept),
  ];
}

const hidden = (how, values) => (how === "average" ? "?" : decimal(values[how]));

function trainedRows(trained) {
  const heads = ["", text("lessonParameters"), text("lessonAccuracy"), text("lessonEach")];
  return [
    make("tr", "", ...heads.map((words) => make("th", "", words))),
    ...trained.map(({ name, parameters, accuracy, accuracies }) =>
      make(
        "tr",
        "",
        make("th", "", text(WAYS[name])),
        make("td", "", whole(parameters)),
        make("td", "", accuracy),
        make("td", "", accuracies.map((share) => percent(share, 2)).join(" · ")),
      ),
    ),
  ];
}

/** What may be said of the difference, and why. */
function verdict({ other, difference, chance, holds }) {
  const key =
    holds === null ? "lessonUndecided" : holds ? "lessonMaxHeld" : "lessonMaxFailed";
  const size = decimal(100 * Math.abs(difference));
  return text(key, { other: text(WAYS[other]), size, chance: percent(chance, 1) });
}
