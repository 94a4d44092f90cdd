// Tasks that are made of a drawing: a convolution, a pooling and a softmax with blanks, and their answers.
import { text } from "../../../locales/language.js";
import { make, tableRow } from "../../../dom/elements.js";
import { added, decimal, percent } from "../../../locales/numbers.js";

const EXACT = 4; // decimals of a product of two numbers with two

/** What is asked; `made` as experiments/worksheet.js makes it. Null: this network has no such layer. */
export const drawnTask = (kind, made) => made[kind] && TASKS[kind](made[kind]);

/** What comes out, and what the network itself has. */
export const drawnAnswer = (kind, made) => made[kind] && ANSWERS[kind](made[kind]);

const TASKS = {
  convolution: ({ layer, cell, patch, kernel, bias }) => [
    make("p", "", placeOf("lessonSheetConvolutionTask", layer, cell)),
    make(
      "div",
      "row",
      named("lessonSheetPatch", grid(written(patch, 2))),
      sign("×"),
      named("lessonSheetKernel", grid(written(kernel, 2))),
      sign("="),
      named("lessonSheetProducts", grid(blanks(patch), "blank")),
    ),
    make("p", "fields", ...blankLine(["lessonSheetSum", "bias", "total", "activation"], bias)),
  ],
  pooling: ({ layer, cell, how, window }) => [
    make("p", "", placeOf(how === "max" ? "lessonSheetMaxTask" : "lessonSheetAverageTask", layer, cell)),
    make("div", "row", grid(written(window, 2)), sign("→"), grid([[""]], "blank")),
  ],
  softmax: ({ logits, columns }) => [
    make("p", "", text("lessonSheetSoftmaxTask")),
    labelled([
      ["lessonSheetDigitName", logits.map((_, digit) => String(digit))],
      ["lessonSheetLogit", logits.map((logit) => decimal(logit))],
    ]),
    softmaxTable(columns.map(() => ["", "", "", "", ""])),
  ],
};

const ANSWERS = {
  convolution: ({ products, sum, bias, total, value, network }) => [
    make("div", "row", grid(written(products, EXACT))),
    make(
      "p",
      "",
      `${decimal(sum, EXACT)} ${added(bias)} = ${decimal(total, EXACT)} → ReLU → ${decimal(value, EXACT)}`,
    ),
    unrounded(network),
  ],
  pooling: ({ value, how, network }) => [
    make("p", "", decimal(value, how === "max" ? 2 : EXACT)),
    unrounded(network),
  ],
  softmax: ({ columns }) => [
    softmaxTable(
      columns.map(({ digit, logit, less, power, share }) => [
        String(digit),
        decimal(logit),
        decimal(less),
        decimal(power, EXACT),
        percent(share, 2),
      ]),
    ),
    make(
      "p",
      "hint",
      text("lessonSheetAllTen", {
        values: columns.map(({ digit, network }) => `${digit}: ${percent(network, 2)}`).join(" · "),
      }),
    ),
  ],
};

const grid = (rows, className = "") =>
  make("table", className, ...rows.map((cells) => tableRow("td", ...cells)));
const blanks = (rows) => rows.map((cells) => cells.map(() => ""));
const written = (rows, digits) => rows.map((numbers) => numbers.map((value) => decimal(value, digits)));
const sign = (words) => make("span", "sign", words);
const named = (key, content) => make("figure", "", content, make("figcaption", "", text(key)));
const blank = (key) => make("span", "", `${text(key)} `, make("u", "", ""));
const unrounded = (value) =>
  make("p", "hint", text("lessonSheetNetwork", { value: decimal(value, EXACT) }));

const placeOf = (key, layer, [row, column, channel]) => text(key, { layer, row, column, channel });

/** sum ____ + bias 0.12 = ____ → ReLU → ____ */
function blankLine([sum, biasName, total, activation], bias) {
  return [
    blank(sum),
    sign(bias < 0 ? "−" : "+"),
    make("span", "", `${text(biasName)} ${decimal(Math.abs(bias))}`),
    sign("="),
    blank(total),
    sign("→ ReLU →"),
    blank(activation),
  ];
}

const STEPS = [
  "lessonSheetDigitName",
  "lessonSheetLogit",
  "lessonSheetLess",
  "lessonSheetPower",
  "lessonSheetShare",
];

/** A column of the table for each of the digits; the names of its rows before them. */
const softmaxTable = (columns) =>
  labelled(STEPS.map((key, step) => [key, columns.map((cells) => cells[step])]));

const labelled = (rows) =>
  make(
    "table",
    "labelled",
    ...rows.map(([key, cells]) => tableRow("td", make("th", { scope: "row" }, text(key)), ...cells)),
  );
