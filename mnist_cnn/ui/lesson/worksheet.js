// A sheet to print, made of the drawing: a convolution and a pooling with blanks, answers at the end.
import { text, onLanguage } from "../locales/language.js";
import { make } from "../lens/elements.js";
import { work } from "../background/background.js";
import { subject } from "../network/files.js";
import { latest } from "../transport/question.js";
import { sentenceOf } from "./experiments.js";
import { added, decimal } from "./numbers.js";
import { inkPlate } from "./plates.js";

const EXACT = 4; // decimals of a product of two numbers with two

export class Worksheet {
  #shown = false;
  #wanted = null; // the drawing the sheet is to be of
  #made = null;

  /** leave: called when the sheet is to be closed */
  constructor(element, leave) {
    Object.assign(this, { element, leave });
    this.ask = latest(
      async (drawing) => work("worksheet", { network: await subject(), drawing }),
      (made, drawing) => {
        if (drawing !== this.#wanted) return;
        this.#made = made;
        this.#write();
      },
      (error) => this.#say(sentenceOf(error)),
    );
    onLanguage(() => this.#shown && this.#write());
  }

  /** about: {drawing}, or null to close the sheet */
  show(about) {
    this.#shown = about !== null;
    this.element.hidden = !this.#shown;
    document.body.classList.toggle("worksheet", this.#shown);
    if (this.#shown) this.hear(about.drawing);
  }

  /** Make the sheet of another drawing; null: the pad is empty. */
  hear(drawing) {
    if (!this.#shown) return;
    this.#wanted = drawing;
    if (drawing) return this.ask(drawing);
    this.#made = null;
    this.#write();
  }

  #write() {
    if (!this.#made) return this.#say(text("lessonInvitation"));
    const { image, digit, convolution, pooling } = this.#made;
    this.element.replaceChildren(
      this.#bar(true),
      make(
        "div",
        "page",
        make("h1", "", text("lessonSheetTitle")),
        make("p", "name", text("lessonSheetName")),
        make("div", "top", inkPlate(image), make("p", "", text("lessonSheetIntro"))),
        ...convolutionTask(convolution),
        ...(pooling ? poolingTask(pooling) : []),
      ),
      make(
        "div",
        "page solutions",
        make("h1", "", text("lessonSheetAnswers")),
        make("p", "", text("lessonSheetDigit", { digit })),
        ...convolutionAnswer(convolution),
        ...(pooling ? poolingAnswer(pooling) : []),
      ),
    );
  }

  #say(sentence) {
    this.element.replaceChildren(this.#bar(false), make("p", "", sentence));
  }

  #bar(printable) {
    const print = button("lessonPrint", () => window.print());
    print.disabled = !printable;
    return make("div", "bar", print, button("close", () => this.leave()));
  }
}

function button(key, act) {
  const made = make("button", "", text(key));
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

const grid = (rows, className = "") =>
  make(
    "table",
    className,
    ...rows.map((row) => make("tr", "", ...row.map((cell) => make("td", "", cell)))),
  );
const blanks = (rows) => rows.map((row) => row.map(() => ""));
const written = (rows, digits) => rows.map((row) => row.map((value) => decimal(value, digits)));
const sign = (words) => make("span", "sign", words);
const named = (key, content) => make("figure", "", content, make("figcaption", "", text(key)));

function convolutionTask({ layer, cell, patch, kernel, bias }) {
  const [row, column, channel] = cell;
  return [
    make("h2", "", text("lessonSheetConvolution")),
    make("p", "", text("lessonSheetConvolutionTask", { layer, row, column, channel })),
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
  ];
}

const blank = (key) => make("span", "", `${text(key)} `, make("u", "", ""));

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

function poolingTask({ layer, cell, how, window }) {
  const [row, column, channel] = cell;
  const task = how === "max" ? "lessonSheetMaxTask" : "lessonSheetAverageTask";
  return [
    make("h2", "", text("lessonSheetPooling")),
    make("p", "", text(task, { layer, row, column, channel })),
    make("div", "row", grid(written(window, 2)), sign("→"), grid([[""]], "blank")),
  ];
}

function convolutionAnswer({ products, sum, bias, total, value, network }) {
  const line = `${decimal(sum, EXACT)} ${added(bias)} = ${decimal(total, EXACT)} → ReLU → ${decimal(value, EXACT)}`;
  return [
    make("h2", "", text("lessonSheetConvolution")),
    make("div", "row", grid(written(products, EXACT))),
    make("p", "", line),
    make("p", "hint", text("lessonSheetNetwork", { value: decimal(network, EXACT) })),
  ];
}

function poolingAnswer({ value, how, network }) {
  return [
    make("h2", "", text("lessonSheetPooling")),
    make("p", "", decimal(value, how === "max" ? 2 : EXACT)),
    make("p", "hint", text("lessonSheetNetwork", { value: decimal(network, EXACT) })),
  ];
}
