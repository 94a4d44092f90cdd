// Patch × kernel = products, their sum, the bias, ReLU: how one cell of the map comes about. The kernel and
// the bias stand in it as fields, to be changed there.
import { text } from "../../../../locales/language.js";
import { make, write } from "../../../../dom/elements.js";
import { compact, decimal } from "../../../../locales/numbers.js";
import { inkScale, signedShade } from "../../../../painting/colormap.js";
import { largest } from "../../../../painting/map.js";
import { SIDE } from "../../../../experiments/filtering.js";

const NAMES = {
  identity: "kernelIdentity",
  box_blur: "kernelBlur",
  sharpen: "kernelSharpen",
  outline: "kernelOutline",
  left_edge: "kernelLeft",
  right_edge: "kernelRight",
  top_edge: "kernelTop",
  bottom_edge: "kernelBottom",
  diagonal: "kernelDiagonal",
  emboss: "kernelEmboss",
};
const CELLS = SIDE * SIDE;

export class Equation {
  /** @param set called with what is changed: {kernel}, {bias} or {relu}, as they stand in the address */
  constructor(set) {
    this.set = set;
    this.patch = numbers();
    this.products = numbers();
    this.weights = Array.from({ length: CELLS }, (_, i) => {
      const where = { row: Math.floor(i / SIDE), column: i % SIDE };
      return field(text("lessonKernelCell", where), () => this.#type());
    });
    this.bias = field(text("bias"), () => this.#type());
    this.relu = make("input", { type: "checkbox" });
    this.relu.addEventListener("change", () => set({ relu: this.relu.checked ? "1" : "0" }));
    this.select = make("select", { "aria-label": text("lessonKernel") });
    this.select.addEventListener("change", () => set({ kernel: this.select.value }));
    this.sum = make("b", "");
    this.value = make("b", "value");
    this.element = make(
      "div",
      "equation",
      part(grid(this.patch), text("lessonSheetPatch")),
      sign("×"),
      part(grid(this.weights), this.select),
      sign("="),
      part(grid(this.products), text("lessonSheetProducts")),
      make(
        "div",
        "steps",
        make("span", "", "Σ = ", this.sum),
        make("label", "", "+ ", text("bias"), this.bias),
        make("label", "", "→ ", this.relu, "ReLU"),
        make("span", "", "→ ", this.value),
      ),
    );
  }

  /** A filter: {kernel, kernels, bias, relu}, and its name, which may be none of `kernels`. */
  choose({ kernel, kernels, bias, relu }, name) {
    const isOwn = !(name in NAMES);
    const choices = Object.keys(kernels).map((one) => new Option(text(NAMES[one]), one));
    this.select.replaceChildren(...choices, ...(isOwn ? [new Option(text("kernelOwn"), "")] : []));
    this.select.value = isOwn ? "" : name;
    const most = largest(kernel.flat());
    kernel.flat().forEach((weight, i) => {
      fill(this.weights[i], String(Number(weight.toFixed(2))));
      Object.assign(this.weights[i].style, signedShade(weight / most));
    });
    fill(this.bias, String(bias));
    this.relu.checked = relu;
    this.most = most;
  }

  /**
   * One place of the window, see `step` of experiments/filtering.js.
   * @param done how many of the products are worked out already
   * @param {boolean} secret what comes out is not told
   * @param {{background, color}} shade of the cell
   */
  show({ patch, products, bias, total, value }, { done = CELLS, secret = false, shade }) {
    const scale = inkScale();
    let sum = 0;
    products.flat().forEach((product, i) => {
      const isDone = i < done && !secret;
      if (isDone) sum += product;
      put(this.patch[i], compact(patch.flat()[i]), scale.shade(patch.flat()[i]));
      put(this.products[i], isDone ? compact(product) : secret ? "?" : "", signedShade(isDone ? product / this.most : 0));
      const isNow = done < CELLS && i === done - 1;
      for (const cell of [this.patch[i], this.weights[i], this.products[i]]) cell.classList.toggle("now", isNow);
    });
    write(this.sum, secret ? "?" : decimal(done < CELLS ? sum : total - bias));
    const isOpen = done >= CELLS && !secret;
    write(this.value, isOpen ? decimal(value) : "?");
    Object.assign(this.value.style, isOpen ? shade : { background: "", color: "" });
  }

  #type() {
    const numbersTyped = [...this.weights, this.bias].map(({ value }) => value.trim().replace(",", ".") || "0");
    if (numbersTyped.some((number) => !Number.isFinite(Number(number)))) return;
    this.set({ kernel: numbersTyped.slice(0, -1).join(","), bias: numbersTyped.at(-1) });
  }
}

const numbers = () => Array.from({ length: CELLS }, () => make("span", ""));

const grid = (cells) => make("div", "nine", ...cells);

const part = (numbersIn, caption) => make("div", "part", numbersIn, make("small", "", caption));

const sign = (words) => make("span", "sign", words);

function put(cell, words, shade) {
  write(cell, words);
  Object.assign(cell.style, shade);
}

/** Fill a field, unless somebody is typing in it. */
function fill(input, words) {
  if (input !== document.activeElement) input.value = words;
}

function field(name, changed) {
  const input = make("input", { type: "text", "aria-label": name, inputMode: "decimal", maxLength: 6 });
  input.addEventListener("input", changed);
  return input;
}
