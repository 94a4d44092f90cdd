// Guess first: what a hidden number is made of, and where the person types what it must be.
import { check, parse } from "../explain/guess.js";
import { text } from "../locales/language.js";
import { signedShade } from "../maps/colormap.js";
import { shortNumber } from "../maps/readout.js";
import { make, tile } from "./elements.js";
import { scaleOf } from "./map.js";

const MISTAKES = {
  relu: "guessRelu",
  bias: "guessBias",
  average: "guessAverage",
  largest: "guessLargest",
  sum: "guessSum",
  sign: "guessSign",
};

/**
 * What the number is made of, without the number, and a place to type it.
 * @param reveal called to show the working
 * @param another called to hide another number
 */
export function guess(explanation, { reveal, another }) {
  const typed = make("input", "typed");
  Object.assign(typed, { type: "text", inputMode: "decimal", maxLength: 20, autocomplete: "off" });
  typed.setAttribute("aria-label", text("guessTyped"));
  const verdict = make("p", "verdict");
  verdict.role = "status";
  const form = make(
    "form",
    "guess",
    typed,
    button("submit", "lessonCheck"),
    button("button", "lessonReveal", reveal),
    button("button", "guessAnother", another),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = parse(typed.value);
    const checked = number === null ? null : check(explanation, number);
    verdict.textContent = checked ? verdictOf(checked) : text("lessonNoNumber");
    if (checked?.right) reveal(verdict.textContent);
  });
  return [make("p", "hint", text(taskOf(explanation))), ingredients(explanation), form, verdict];
}

function taskOf({ kind, how }) {
  if (kind === "convolution") return "guessConvolution";
  return how === "max" ? "guessMax" : "guessMean";
}

function verdictOf({ right, value, mistake }) {
  if (right) return text("guessRight", { value: shortNumber(value) });
  return text(mistake ? MISTAKES[mistake] : "lessonWrong");
}

function ingredients({ kind, inputs, patches, kernels, bias, window }) {
  if (kind === "pooling") {
    const grid = tile(window, (number) => scaleOf(inputs.layer).shade(number / most(window)));
    grid.classList.add("large");
    return make("div", "row", grid, make("span", "sign", "→"), make("b", "sum", "?"));
  }
  const [patch, kernel] = [patches[0], kernels[0]];
  return make(
    "div",
    "row",
    tile(patch, (number) => scaleOf(inputs.layer).shade(number)),
    make("span", "sign", "×"),
    tile(kernel, (number) => signedShade(number / most(kernel))),
    make("span", "sign", `Σ ${bias < 0 ? "−" : "+"} ${Math.abs(bias).toFixed(2)} → ReLU →`),
    make("b", "sum", "?"),
  );
}

const most = (rows) => rows.flat().reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);

function button(type, key, act) {
  const made = make("button", "", text(key));
  made.type = type;
  if (act) made.addEventListener("click", () => act());
  return made;
}
