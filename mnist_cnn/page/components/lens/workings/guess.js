// "Guess first": what a hidden number is made of, and a field to type it.
import { parseNumber } from "../../../explain/answers.js";
import { check } from "../../../explain/guess.js";
import { text } from "../../../locales/language.js";
import { signedShade } from "../../../painting/colormap.js";
import { ACTIVATIONS, tile, windowTile } from "./arithmetic.js";
import { button, make } from "../../../dom/elements.js";
import { shortNumber } from "../../../locales/numbers.js";
import { largest, shadeOf } from "../../../painting/map.js";

const MISTAKES = {
  relu: "guessRelu",
  activation: "guessActivation",
  bias: "guessBias",
  average: "guessAverage",
  largest: "guessLargest",
  sum: "guessSum",
  sign: "guessSign",
};

/**
 * What the number is made of, without the number, and a place to type it.
 * @param map what it is read from, of map.js
 * @param reveal called to show the working
 * @param another called to hide another number
 */
export function guess(explanation, map, { reveal, another }) {
  const activation = ACTIVATIONS[explanation.activation];
  const about = { type: "text", inputMode: "decimal", maxLength: 20, autocomplete: "off" };
  const typed = make("input", { className: "typed", "aria-label": text("guessTyped"), ...about });
  const verdict = make("p", { className: "verdict", role: "status" });
  const form = make(
    "form",
    "guess",
    typed,
    make("button", { type: "submit" }, text("lessonCheck")),
    button("", () => reveal(), text("lessonReveal")),
    button("", another, text("guessAnother")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = parseNumber(typed.value);
    const checked = number === null ? null : check(explanation, number);
    verdict.textContent = checked ? verdictOf(checked, activation) : text("lessonNoNumber");
    if (checked?.right) reveal(verdict.textContent);
  });
  return [make("p", "hint", taskOf(explanation)), ingredients(explanation, map), form, verdict];
}

function taskOf({ kind, how, activation }) {
  const name = ACTIVATIONS[activation];
  if (kind === "pooling") return text(how === "max" ? "guessMax" : "guessMean");
  return name ? text("guessConvolution", { activation: name }) : text("guessSumOfProducts");
}

function verdictOf({ right, value, mistake }, activation) {
  if (right) return text("guessRight", { value: shortNumber(value) });
  return text(mistake ? MISTAKES[mistake] : "lessonWrong", { activation });
}

function ingredients({ kind, patches, kernels, bias, window, activation }, map) {
  const end = ACTIVATIONS[activation] ? `→ ${ACTIVATIONS[activation]} →` : "→";
  if (kind === "pooling") {
    const grid = windowTile(window, map, largest(window.flat()));
    return make("div", "row", grid, make("span", "sign", end), make("b", "sum", "?"));
  }
  const [patch, kernel] = [patches[0], kernels[0]];
  const most = largest(kernel.flat());
  return make(
    "div",
    "row",
    tile(patch, shadeOf(map, 1)),
    make("span", "sign", "×"),
    tile(kernel, (number) => signedShade(number / most)),
    make("span", "sign", `Σ ${bias < 0 ? "−" : "+"} ${Math.abs(bias).toFixed(2)} ${end}`),
    make("b", "sum", "?"),
  );
}
