// The training digits that the network takes for most like the drawing, with their labels.
import { nearest } from "../../../../experiments/misconceptions/nearest-digits.js";
import { make } from "../../../../dom/elements.js";
import { text } from "../../../../locales/language.js";
import { whole } from "../../../../locales/numbers.js";
import { inkPlate } from "../plates.js";
import { isPlayed } from "../played.js";
import { CREDIT, shippedDigits } from "./shipped-digits.js";

const SHOWN = 24;

export function show(stage) {
  const own = make("figure", "own");
  const others = make("ol", { className: "people", "aria-label": text("lessonNearest") });
  const sentence = make("p", "told");
  const credit = make("p", "hint", CREDIT);
  stage.element.append(make("div", "likeness", own, make("div", "", others, sentence, credit)));
  const draw = ({ image, digit, features }, digits) => {
    own.replaceChildren(inkPlate(image), make("figcaption", "", text("lessonYourDigit")));
    if (!digits) return sentence.replaceChildren(text("lessonNoNeighbours"));
    const found = nearest(digits, features, SHOWN);
    const isShown = isPlayed(stage);
    others.replaceChildren(...found.map((one) => (isShown ? written(one) : make("li", "slot", "?"))));
    const same = found.filter(({ label }) => label === digit).length;
    const values = { same, count: found.length, digit, all: whole(digits.count) };
    sentence.textContent = isShown ? text("lessonLabels", values) : "";
    credit.hidden = !isShown;
  };
  stage.picture("features", draw, { beside: shippedDigits });
}

function written({ label, place, picture }) {
  const name = text("lessonTrainingDigit", { label, number: whole(place + 1) });
  const number = make("span", "number", ` № ${whole(place + 1)}`);
  const caption = make("small", "", make("b", "", String(label)), number);
  return make("li", { title: name }, inkPlate(picture), caption);
}
