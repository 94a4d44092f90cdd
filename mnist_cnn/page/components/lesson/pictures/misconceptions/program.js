// The program, step by step, with the weights it works with: random ones, or those that were learned.
import { button, make } from "../../../../dom/elements.js";
import { text } from "../../../../locales/language.js";
import { percent, whole } from "../../../../locales/numbers.js";
import { largest } from "../../../../painting/map.js";
import { choiceOf, inkPlate, signedPlate } from "../plates.js";
import { tenBars } from "./bars.js";

const WEIGHTS = { learned: "lessonWeightsLearned", random: "lessonWeightsRandom" };
const ROWS = 3; // of the painted weights

export function show(stage) {
  const own = make("figure", "own");
  const choice = choiceOf("lessonWeights");
  const steps = make("ol", "instructions");
  const bars = tenBars();
  const results = make("p", "results");
  const program = make("div", "program", make("h4", "", text("lessonProgram")), steps);
  const answer = make("div", "outcomes", make("h4", "", text("lessonAnswer")), bars.element, results);
  stage.element.append(choice, make("div", "machine", own, program, answer));
  let found = null;

  function write() {
    const weights = chosen(stage);
    const { layers, probabilities } = found[weights];
    choice.replaceChildren(...Object.keys(WEIGHTS).map((name) => choiceButton(stage, name)));
    steps.replaceChildren(...layers.map(step));
    bars.show(probabilities);
    results.replaceChildren(...(stage.state.weights ? Object.keys(WEIGHTS) : ["learned"]).map(result));
  }

  const result = (name) => {
    const { digit } = found;
    const share = percent(found[name].probabilities[digit]);
    const values = { weights: text(WEIGHTS[name]), digit, share };
    return make("span", name === chosen(stage) ? "current" : "", text("lessonResult", values));
  };

  stage.picture("swapped", (swapped) => {
    found = swapped;
    own.replaceChildren(inkPlate(swapped.image), make("figcaption", "", text("lessonYourDigit")));
    const focused = choice.contains(document.activeElement);
    write();
    if (focused) choice.querySelector("[aria-pressed=true]").focus();
  });
}

/** The card comes up: with the weights that were learned. */
export const enter = (stage) => stage.set({ weights: "" });

/** Exchange the weights. */
export const swap = (stage) => stage.set({ weights: chosen(stage) === "random" ? "learned" : "random" });

const chosen = ({ state: { weights } }) => (weights in WEIGHTS ? weights : "learned");

const choiceButton = (stage, name) =>
  button(
    { "aria-pressed": String(name === chosen(stage)) },
    () => stage.set({ weights: name }),
    text(WEIGHTS[name]),
  );

/** One layer: what it does, and the first of its weights. */
function step({ name, kind, size, activation, parameters, weights }) {
  const does = text(`step ${kind}`, { size: size?.join("×") });
  const then = activation === "relu" || activation === "softmax" ? text(`step ${activation}`) : "";
  const words = make("span", "", make("code", "", name), " ", does + then);
  if (!parameters) return make("li", "", words);
  const across = weights.length / ROWS;
  const rows = Array.from({ length: ROWS }, (_, row) => weights.slice(row * across, (row + 1) * across));
  const count = make("small", "", text("lessonWeightsCount", { count: whole(parameters) }));
  return make("li", "", words, make("span", "plugged", signedPlate(rows, largest(weights)), count));
}
