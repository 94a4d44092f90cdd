// The two kinds of writing that the network misreads most surely, and the training digits nearest to each
// drawing. Their file is described in mnist_cnn/lesson/misread_file.py.
import { nearest } from "../../../../experiments/misconceptions/nearest-digits.js";
import { unpack } from "../../../../reader/packed.js";
import { IMAGE_SIZE } from "../../../../reader/preprocess.js";
import { button, make } from "../../../../dom/elements.js";
import { inkOnPaper } from "../../../../painting/canvas.js";
import { current, text } from "../../../../locales/language.js";
import { inFigures, percent, whole } from "../../../../locales/numbers.js";
import { content, has } from "../../../../transport/contents.js";
import { inkPlate } from "../plates.js";
import { CREDIT, shippedDigits } from "./shipped-digits.js";

const NAME = "surest";
const SIZE = IMAGE_SIZE ** 2; // bytes of a picture
const SHOWN = 8; // training digits

export function show(stage) {
  const kinds = make("div", "kinds");
  const why = make("div", { className: "why-so", role: "status" });
  stage.element.append(make("div", "surest", kinds, why));
  let chosen = 0;
  stage.picture(
    "surest",
    (_, [file, digits]) => {
      if (!file) return kinds.replaceChildren(make("p", "told", text("lessonNoSurest")));
      const choose = (i) => {
        chosen = i;
        [...kinds.querySelectorAll("button")].forEach((one, at) => one.setAttribute("aria-pressed", at === i));
        why.replaceChildren(...reasons(file.drawings[i], digits));
      };
      const list = ({ names, share }, kind) => {
        const own = file.drawings.flatMap((one, i) => (one.style === kind ? [drawing(one, () => choose(i))] : []));
        const told = text("lessonSurelyWrong", { share: percent(share, 1), count: whole(file.count) });
        return [make("h4", "", names[current()], make("small", "", told)), make("div", "misread-ones", ...own)];
      };
      kinds.replaceChildren(...file.styles.flatMap(list));
      choose(chosen);
    },
    { beside: () => Promise.all([surest(), shippedDigits()]) },
  );
}

/** {count, styles: [{names, share}], drawings: [{style, digit, answer, sureness, pixels, features}]}, or null. */
async function surest() {
  if (!has(NAME)) return null;
  const file = await content(NAME);
  const { head, at } = unpack(file);
  const { drawings, units } = head;
  const features = at + drawings.length * SIZE;
  return {
    ...head,
    drawings: drawings.map((one, i) => ({
      ...one,
      pixels: new Uint8Array(file, at + i * SIZE, SIZE),
      features: new Float32Array(file.slice(features + 4 * i * units, features + 4 * (i + 1) * units)),
    })),
  };
}

/** A drawing, to be chosen, with what the network says of it. */
function drawing({ digit, answer, sureness, pixels }, act) {
  const share = inFigures(sureness);
  const label = text("lessonSurestDrawing", { digit, answer, share });
  const canvas = Object.assign(inkOnPaper(pixels), { className: "plate" });
  const says = make("span", "", make("b", "", String(answer)), ` ${share}`);
  return button({ "aria-label": label, "aria-pressed": "false" }, act, canvas, says);
}

const written = ({ label, picture }) => make("li", "", inkPlate(picture), make("b", "", String(label)));

/** The training digits nearest to a drawing, and how many of them have which label. */
function reasons({ digit, answer, features }, digits) {
  if (!digits) return [make("p", "told", text("lessonNoNeighbours"))];
  const found = nearest(digits, features, SHOWN);
  const counted = (label) => found.filter((one) => one.label === label).length;
  const values = { digit, answer, count: found.length, same: counted(digit), other: counted(answer) };
  return [
    make("p", "told", text("lessonSurestWhy", values)),
    make("ol", { className: "near-ones", "aria-label": text("lessonNear") }, ...found.map(written)),
    make("p", "hint", CREDIT),
  ];
}
