// One question of the survey: what is asked, with its picture, and three answers in any order.
import { button, make } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { decimal } from "../../locales/numbers.js";
import { PAPER, signedShade } from "../../painting/colormap.js";
import { largest } from "../../painting/map.js";
import { tile } from "../lens/workings/arithmetic.js";
import { figure, frame, inkPlate, numberPlate } from "../lesson/pictures/plates.js";
import { write } from "../lesson/words.js";

/** The picture of a question that is made of a digit, and its answers, by its name: the right one first. */
const DRAWN = {
  kernel: ({ image, kernel, maps }) => ({
    picture: [figure(inkPlate(image), text("surveyDigit")), kernelTile(kernel)],
    answers: maps.map((map) => numberPlate(map)),
  }),
  window: ({ image, map, cell: [row, column], regions }) => ({
    picture: [
      figure(numberPlate(map), text("surveyMap"), [
        frame([column, row, column + 1, row + 1], map.length, map.length, "cell"),
      ]),
    ],
    answers: regions.map((region) => framed(image, region)),
  }),
  pooling: ({ window, numbers }) => ({
    picture: [tile(window, (number) => PAPER.shade(number / largest(window.flat())))],
    answers: numbers.map((number) => make("span", "", decimal(number))),
  }),
};

function kernelTile(kernel) {
  const most = largest(kernel.flat().map(Math.abs));
  return tile(kernel, (number) => signedShade(number / most));
}

function framed(image, region) {
  const { children: [over] } = figure(inkPlate(image), "", [frame(region, image.length)]);
  return over;
}

/**
 * @param question {name, forms} of the lesson's file
 * @param {number} form 0 or 1
 * @param drawn what experiments/survey.js has made
 * @param order the places of the three answers
 * @param chosen the answer that was chosen before, as it is numbered in the file
 * @param choose called with the answer that is chosen, as it is numbered in the file, and whether it is right
 * @returns {Element}
 */
export function questionOf({ name, forms }, form, drawn, order, chosen, choose) {
  const { asked, answers, right } = forms[form];
  const made = DRAWN[name]?.(drawn[name]) ?? { picture: [], answers: answers.map(words) };
  const rightOne = DRAWN[name] ? 0 : right;
  const choices = order.map((at, place) => {
    const label = labelOf(made.answers[at], place);
    const about = { className: "answer", "aria-label": label, "aria-pressed": String(at === chosen) };
    const press = () => {
      for (const one of choices) one.setAttribute("aria-pressed", String(one === choice));
      choose(at, at === rightOne);
    };
    const choice = button(about, press, made.answers[at]);
    return choice;
  });
  const title = make("p", { className: "asked", id: "survey-asked" });
  write(title, asked);
  const group = { className: "answers", role: "group", "aria-labelledby": title.id };
  return make("div", `question ${name}`, title, make("div", "made", ...made.picture), make("div", group, ...choices));
}

function words(sentence) {
  const element = make("span");
  write(element, sentence);
  return element;
}

/** A picture has no words of its own. */
const labelOf = (answer, place) => answer.textContent || text("surveyAnswer", { number: place + 1 });
