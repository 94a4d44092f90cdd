// The network with pooling and the one without: how large they are, what they cost, how well they read.
import { text } from "../../../locales/language.js";
import { make } from "../../../dom/elements.js";
import { decimal, percent, whole } from "../../../locales/numbers.js";
import { figure, frame, inkPlate, levelPlate } from "../pictures/plates.js";
import { areas, pairs } from "../pictures/plots/areas.js";
import { scene, unveil, veil } from "../pictures/scene.js";

export const defaults = {};
export const cards = {
  size: { show: showSize },
  cost: { show: showCost, enter: veil, play: unveil },
  accuracy: { show: showAccuracy },
  question: { show: showSize },
};

const NAMES = { max: "lessonWithPooling", none: "lessonWithoutPooling" };

/** For each network: what a number of its last map sees, and that map, cells as large in both. */
function showSize(stage) {
  const grid = scene(stage, { columns: 2, rows: 2 });
  stage.picture("sides", ({ image, networks }) => {
    const widest = Math.max(...networks.map(({ lastMap: [rows] }) => rows));
    grid.replaceChildren(
      ...networks.map((network) => seen(image, network)),
      ...networks.map((network) => lastMapOf(network, widest)),
    );
  });
}

function seen(image, { name, field, strongest: { region } }) {
  const words = text("lessonSeesField", { field: `${field}×${field}` });
  return figure(inkPlate(image), make("span", "", make("b", "", text(NAMES[name])), ` · ${words}`), [frame(region, image.length)]);
}

function lastMapOf({ lastMap, strongest: { map, cell } }, widest) {
  const [rows, columns, channels] = lastMap;
  const spot = frame([cell[1], cell[0], cell[1] + 1, cell[0] + 1], columns, rows, "cell");
  const words = text("lessonLastMaps", { count: channels, map: `${rows}×${columns}` });
  const shown = figure(levelPlate(map), words, [spot], "scaled");
  shown.style.setProperty("--share", columns / widest);
  return shown;
}

/** The parameters of both networks as areas. */
function showCost(stage) {
  const drawn = make("div", "across");
  scene(stage, { columns: 1, rows: 1, caption: "4.5rem" }, drawn);
  stage.picture("sides", ({ networks }) => {
    drawn.replaceChildren(
      areas(
        networks.map(({ name, parameters, dense, digit, probability }) => ({
          name: text(NAMES[name]),
          words: [
            text("lessonParametersOf", { count: whole(parameters) }),
            text("lessonReadsYours", { digit, share: percent(probability) }),
          ],
          size: parameters,
          part: dense,
          partWords: text("lessonDenseShare", { share: percent(dense / parameters, 0) }),
          className: name === "none" ? "answer" : "",
        })),
      ),
    );
  });
}

/** What pooling costs and what it saves. */
function showAccuracy(stage) {
  const drawn = make("div", "across");
  const summary = make("p", "across readout");
  scene(stage, { columns: 1, rows: 1, beside: "4rem" }, summary, drawn);
  stage.picture("sides", ({ networks }) => {
    const [pooled, plain] = networks;
    const rows = [
      rowOf(networks, "lessonAccuracy", ({ mean }) => mean, ({ accuracy }) => accuracy, hardly),
      rowOf(networks, "lessonParameters", ({ parameters }) => parameters, ({ parameters }) => whole(parameters), times),
      rowOf(networks, "lessonProducts", ({ products }) => products, ({ products }) => whole(products), times),
      rowOf(networks, "lessonTime", ({ milliseconds }) => milliseconds, ({ milliseconds }) => `${decimal(milliseconds)} ms`, times),
    ];
    drawn.replaceChildren(pairs(rows));
    summary.textContent = text("lessonPoolingPays", {
      points: decimal(100 * Math.abs(pooled.mean - plain.mean)),
      size: decimal(plain.parameters / pooled.parameters, 0),
      time: decimal(plain.milliseconds / pooled.milliseconds, 1),
    });
  });
}

const hardly = ([one, other]) => text("lessonPointsApart", { points: decimal(100 * Math.abs(one - other)) });

const times = ([one, other]) => `×${decimal(other / one, 1)}`;

function rowOf(networks, key, number, words, outcome) {
  const values = networks.map((network) => ({
    name: text(NAMES[network.name]),
    number: number(network),
    words: words(network),
  }));
  return { name: text(key), outcome: outcome(values.map((value) => value.number)), values };
}
