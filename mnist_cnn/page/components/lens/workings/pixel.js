// A pixel of the picture, where every path back ends: how much ink it has, what it adds to the
// answer, and the stages of preprocessing.
import { accountOf } from "../../../explain/contributions.js";
import { text } from "../../../locales/language.js";
import { signOf } from "./arithmetic.js";
import { make } from "../../../dom/elements.js";
import { decimal, withSign } from "../../../locales/numbers.js";
import { inkScale } from "../../../painting/colormap.js";
import { IMAGE_SIZE } from "../../../reader/preprocess.js";
import { Stages } from "./stages.js";

const STAGES = {
  drawing: [84, "stageDrawing"],
  crop: [84, "stageCrop"],
  scaled: [20, "stageScaled"],
  image: [IMAGE_SIZE, "stageImage"],
}; // name: [side of its canvas, its words]

export class Pixel {
  #canvases = Object.fromEntries(
    Object.entries(STAGES).map(([name, [side]]) => {
      const canvas = make("canvas", name);
      canvas.width = canvas.height = side;
      return [name, canvas];
    }),
  );
  #stages = new Stages(this.#canvases);

  /** panel: whose colours the stages have */
  constructor(panel) {
    this.panel = panel;
  }

  /**
   * @param answer what the network has read
   * @param {number[]} cell [row, column]
   * @param {number} digit whose lead it is
   * @returns the elements to show
   */
  show(answer, [row, column], digit) {
    const level = answer.image[row * IMAGE_SIZE + column];
    const words = text("workingPixel", { row, column, level, value: (level / 255).toFixed(3) });
    return [
      make("p", "", words),
      broughtBy(accountOf(answer, digit), row * IMAGE_SIZE + column, level),
      this.#film(answer),
    ];
  }

  #film(answer) {
    const accent = getComputedStyle(this.panel).getPropertyValue("--color-accent");
    this.#stages.paint(answer, { ink: inkScale().full, accent });
    const figures = Object.entries(STAGES).map(([name, [, key]]) =>
      make("figure", "", this.#canvases[name], make("figcaption", "", text(key))),
    );
    return make("div", "film", make("p", "hint", text("filmstrip")), ...figures);
  }
}

function broughtBy({ digit, lead, pixels }, place, level) {
  if (level === 0) return make("p", "brings", text("pixelPaper"));
  const share = pixels[place];
  const values = { share: withSign(share), lead: decimal(Math.abs(lead)), digit };
  const words = text(lead > 0 ? "pixelBrings" : "pixelBringsBehind", values);
  return make("p", `brings ${signOf(share)}`, words);
}
