// One filter slides over the drawing: choose one, or write its nine numbers.
import { text } from "../../locales/language.js";
import { make, tile } from "../../lens/elements.js";
import { PAPER, signedShade } from "../../maps/colormap.js";
import { added, decimal } from "../numbers.js";
import { figure, frame, inkPlate, largest, numberPlate, signedPlate, under } from "../plates.js";

export const defaults = { kernel: "left_edge", bias: "0", relu: "1" };
export const setUp = { kernel: "left_edge", bias: "0", relu: "1" };

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
const SIDE = 3; // of the kernel
const CELLS_A_FRAME = 4; // while the filter slides by itself
let play = null; // slides the filter of the stage that is open

export function create(stage) {
  const controls = createControls(stage);
  const plates = make("div", "plates");
  const products = make("div", "products");
  let shown = null;
  let at = null; // row and column of the window
  stage.element.append(controls.element, plates, products);

  function point(cell) {
    at = cell;
    const { hidden, image, map } = shown;
    const [row, column] = at;
    for (const [box, size, width] of [["window", SIDE, image.length], ["cell", 1, map.length]]) {
      plates
        .querySelector(`.${box}`)
        .replaceWith(frame([column, row, column + size, row + size], width, width, box));
    }
    const secret = row === hidden.row && column === hidden.column;
    products.replaceChildren(...working(shown, row, column, secret));
  }

  stage.picture("sliding", (next) => {
    shown = next;
    controls.show(next);
    plates.replaceChildren(pictureOf(next), mapOf(next));
    for (const canvas of plates.querySelectorAll("canvas")) {
      canvas.addEventListener("pointermove", (event) => {
        const last = next.map.length - 1;
        point(under(canvas, event).map((index) => Math.min(index, last)));
      });
    }
    point([next.hidden.row, next.hidden.column]);
  });
  play = () => slide(() => shown, point, plates);
}

/** Let the filter slide once over the whole picture. */
export function act() {
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play();
}

function slide(shown, point, plates) {
  let cell = 0;
  function step() {
    if (!plates.isConnected || play === null) return;
    const now = shown();
    const width = now?.map.length ?? 1;
    if (now && cell < width * width) {
      point([Math.floor(cell / width), cell % width]);
      cell += CELLS_A_FRAME;
    } else if (now) return point([now.hidden.row, now.hidden.column]);
    requestAnimationFrame(step);
  }
  step();
}

const pictureOf = ({ image }) =>
  figure(inkPlate(image), text("lessonPictureOf"), [make("i", "window")], "large");

function mapOf({ map, relu, hidden }) {
  const canvas = relu ? numberPlate(map) : signedPlate(map);
  const { row, column } = hidden;
  const cover = frame([column, row, column + 1, row + 1], map.length, map.length, "cover");
  cover.textContent = "?";
  return figure(canvas, text("lessonMapOf"), [cover, make("i", "cell")], "large");
}

/** Patch × kernel = products, and their sum; of the hidden cell only what it is made of. */
function working({ image, kernel, bias, relu, map }, row, column, secret) {
  const patch = kernel.map((line, y) => line.map((_, x) => image[row + y][column + x] / 255));
  const products = patch.map((line, y) => line.map((value, x) => value * kernel[y][x]));
  const most = largest(kernel);
  const value = secret ? "?" : decimal(map[row][column]);
  return [
    tile(patch, (number) => PAPER.shade(number)),
    make("span", "sign", "×"),
    tile(kernel, (number) => signedShade(number / most)),
    make("span", "sign", "="),
    secret
      ? make("b", "sum", "?")
      : tile(products, (number) => signedShade(number / most)),
    make("span", "sign", `Σ ${added(bias)}${relu ? " → ReLU" : ""} =`),
    make("b", "sum", value),
  ];
}

function createControls(stage) {
  const select = make("select", "");
  select.setAttribute("aria-label", text("lessonKernel"));
  const cells = Array.from({ length: SIDE * SIDE }, (_, i) => {
    const name = text("lessonKernelCell", { row: Math.floor(i / SIDE), column: i % SIDE });
    return numberField(name, () => write());
  });
  const bias = numberField(text("bias"), () => write());
  const relu = make("input", "");
  relu.type = "checkbox";
  relu.addEventListener("change", () => write());
  select.addEventListener("change", () => stage.set({ kernel: select.value }));

  function write() {
    const numbers = [...cells, bias].map((field) => field.value.trim().replace(",", ".") || "0");
    if (numbers.some((number) => !Number.isFinite(Number(number)))) return;
    const kernel = numbers.slice(0, -1).join(",");
    stage.set({ kernel, bias: numbers.at(-1), relu: relu.checked ? "1" : "0" });
  }

  return {
    element: make(
      "div",
      "controls",
      make("label", "", text("lessonKernel"), select),
      make("div", "kernel", ...cells),
      make("label", "", text("bias"), bias),
      make("label", "", relu, " ReLU"),
    ),
    show({ kernel, kernels, bias: offset, relu: cut }) {
      const own = !(stage.state.kernel in NAMES);
      const choices = Object.keys(kernels).map((name) => option(name, text(NAMES[name])));
      select.replaceChildren(...choices, ...(own ? [option("", text("kernelOwn"))] : []));
      select.value = own ? "" : stage.state.kernel;
      const typing = document.activeElement;
      cells.forEach((cell, i) => {
        if (cell !== typing) cell.value = String(Number(kernel.flat()[i].toFixed(2)));
      });
      if (bias !== typing) bias.value = String(offset);
      relu.checked = cut;
    },
  };
}

function option(value, words) {
  const made = make("option", "", words);
  made.value = value;
  return made;
}

function numberField(name, changed) {
  const field = make("input", "number");
  Object.assign(field, { type: "text", inputMode: "decimal", maxLength: 6, ariaLabel: name });
  field.addEventListener("input", changed);
  return field;
}
