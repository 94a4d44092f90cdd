// Stroke by stroke: what each stroke of the drawing does to the answer, once the pen rests.
import { withoutEachStroke } from "../../explain/stroke-ablation.js";
import { button, make, onPointing, setLabel } from "../../dom/elements.js";
import { text, translate } from "../../locales/language.js";
import { withSign } from "../../locales/numbers.js";
import { readInSlices } from "../../state/choice.js";
import { emit, follow, listen, valueOf } from "../../state/events.js";
import { inSlices } from "../../reader/slices.js";
import { strokeColor } from "./colors.js";

const DELAY = 300; // milliseconds without an answer
const MOST_STROKES = 9; // strokes: more are no digit, and would take long

export function mount(element) {
  const root = element.querySelector(".strokes");
  const list = element.querySelector("ol");
  const telling = element.querySelector(".telling");
  let found = []; // of each stroke, as explain/stroke-ablation.js has it
  let digit = null; // what they are together
  let waiting = null;
  let looking = null; // the search that goes on; an older one gives up

  function write() {
    root.hidden = found.length < 2;
    list.replaceChildren(...found.map(item));
    const telltale = found.filter((stroke) => stroke.digit !== digit);
    telling.textContent = telltale.map(sentence).join(" ");
  }

  function item(stroke, i) {
    const swatch = make("i");
    swatch.style.background = strokeColor(i);
    const entry = button("", null, swatch, changeOf(stroke));
    setLabel(entry, text("strokeBrings", { stroke: i + 1, digit, change: changeOf(stroke) }));
    const marks = found.map(({ mark }) => mark);
    onPointing(entry, (on) => emit("stroke", on ? { marks, at: i } : null));
    return make("li", "", entry);
  }

  function sentence(stroke) {
    const key = stroke.digit === null ? "strokeIsAll" : "strokeMakes";
    const number = found.indexOf(stroke) + 1;
    return text(key, { stroke: number, digit, other: stroke.digit, change: changeOf(stroke) });
  }

  async function look(answer, marks) {
    const mine = (looking = {});
    const strokes = marks.filter(({ kind }) => kind === "stroke");
    const isFew = strokes.length > 1 && strokes.length <= MOST_STROKES && !answer.empty;
    const search = () => inSlices(withoutEachStroke(readInSlices, marks), () => looking === mine);
    const all = isFew ? await search() : [];
    if (looking !== mine) return;
    found = all;
    digit = answer.digit;
    write();
  }

  translate(element);
  follow([], write);
  listen("answer", ({ answer, frame }) => {
    clearTimeout(waiting);
    looking = null;
    if (found.length) emit("stroke", null);
    waiting = setTimeout(() => valueOf("pen").down || look(answer, frame.marks), DELAY);
  });
}

const changeOf = ({ change }) => withSign(change, 1);
