// Stroke by stroke: what each stroke of the drawing does to the answer, once the pen rests.
import { withoutEachStroke } from "../explain/without.js";
import { text, translate, onLanguage } from "../locales/language.js";
import { readInSlices } from "../network/choice.js";
import { emit, listen } from "../transport/events.js";
import { inSlices } from "../transport/pause.js";
import { strokeColor } from "./colors.js";

const REST = 300; // milliseconds without an answer
const MOST = 9; // strokes: more are no digit, and would take long

export function mount(element) {
  const root = element.querySelector(".strokes");
  const list = element.querySelector("ol");
  const telling = element.querySelector(".telling");
  let found = []; // of each stroke, as explain/without.js has it
  let digit = null; // what they are together
  let waiting = null;
  let looking = null; // the search that goes on; an older one gives up
  let down = false;

  function write() {
    root.hidden = found.length < 2;
    list.replaceChildren(...found.map(item));
    const telltale = found.filter((stroke) => stroke.digit !== digit);
    telling.textContent = telltale.map(sentence).join(" ");
  }

  function item(stroke, i) {
    const entry = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const swatch = document.createElement("i");
    swatch.style.background = strokeColor(i);
    button.append(swatch, signed(stroke.change));
    const values = { stroke: i + 1, digit, change: signed(stroke.change) };
    button.title = button.ariaLabel = text("strokeBrings", values);
    const point = (on) => emit("stroke", on ? { marks: found.map(({ mark }) => mark), at: i } : null);
    for (const name of ["pointerenter", "focus"]) button.addEventListener(name, () => point(true));
    for (const name of ["pointerleave", "blur"]) button.addEventListener(name, () => point(false));
    entry.append(button);
    return entry;
  }

  function sentence(stroke) {
    const key = stroke.digit === null ? "strokeIsAll" : "strokeMakes";
    const number = found.indexOf(stroke) + 1;
    return text(key, { stroke: number, digit, other: stroke.digit, change: signed(stroke.change) });
  }

  async function look(answer, marks) {
    const mine = (looking = {});
    const strokes = marks.filter(({ kind }) => kind === "stroke");
    const isFew = strokes.length > 1 && strokes.length <= MOST && !answer.empty;
    const search = () => inSlices(withoutEachStroke(readInSlices, marks), () => looking === mine);
    const all = isFew ? await search() : [];
    if (looking !== mine) return;
    found = all;
    digit = answer.digit;
    write();
  }

  translate(element);
  onLanguage(write);
  listen("pen", ({ down: isDown }) => (down = isDown));
  listen("answer", ({ answer, frame }) => {
    clearTimeout(waiting);
    looking = null;
    if (found.length) emit("stroke", null);
    waiting = setTimeout(() => !down && look(answer, frame.marks), REST);
  });
}

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
