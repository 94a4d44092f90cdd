// Teach it a lie: "this 7 is a 1". What a network of one's own forgets of all real sevens, and how to undo it.
import { make, partsOf } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { sentenceOf } from "../../locales/refusals.js";
import { inkOnPaper } from "../../painting/canvas.js";
import { follow, listen, valueOf } from "../../state/events.js";
import { showChanges } from "../correction/changes.js";
import { resultOf, teach, unlearn } from "../correction/teaching.js";
import { digitsOf } from "../train/results/digits.js";
import { ABANDONED } from "../../worker/work.js";
import { answerToDrawing } from "./drawings.js";

const LIES = [6, 7, 7, 8, 9, 3, 0, 1, 3, 4]; // what each digit is said to be: one that resembles it

/** element: the section that is filled; returns {enter, leave} */
export function createLie(element) {
  const part = partsOf(element);
  let claim = null; // {digit, lie, image}
  let taught = null; // {id, result, digits}: of the network that has learned it
  let said = null; // what is said, in any language
  let isOpen = false;
  let share; // of the steps that are done; undefined: not known

  const isTaught = () => Boolean(taught) && valueOf("network")?.reference === taught.id;

  function write() {
    const { busy } = valueOf("teaching");
    const network = valueOf("network");
    const isDone = isTaught();
    part("claim").hidden = isDone && !claim;
    const told = busy || isDone ? "lieTold" : "lieOffer";
    part("claim").querySelector("p").textContent = claim ? text(told, claim) : text("lieDraw");
    part("drawing").hidden = !claim;
    part("begin").hidden = busy || isDone;
    writeProgress(busy);
    part("said").textContent = said?.() ?? "";
    part("forget").hidden = network?.kind !== "corrected" && !busy;
    part("forget").textContent = text(busy ? "lieCancel" : "resetCorrection");
    part("price").hidden = !isDone || !taught.result;
    if (isDone && taught.result) writePrice();
  }

  function writeProgress(busy) {
    const bar = element.querySelector("progress");
    bar.hidden = !busy;
    if (share === undefined) bar.removeAttribute("value");
    else bar.value = share;
  }

  function writePrice() {
    const { result, digits } = taught;
    const { label } = digits[0] ?? { label: mostLost(result) };
    const count = result.rightBefore[label] - result.right[label];
    const values = { digit: label, count, total: result.total[label].toLocaleString("en") };
    part("which").textContent = text(digits.length ? "lieForgot" : "lieForgotNothing", values);
    part("forgotten").replaceChildren(...digits.map(forgotten));
    part("sum").textContent = text("lieByDigit");
    showChanges(part("changes"), result);
    part("source").textContent = text(result.testedOn === "MNIST test" ? "lieTested" : "lieTestedGenerated");
  }

  function say(words, done) {
    [said, share] = [words, done];
    write();
  }

  function take({ digit, image }) {
    claim = { digit, lie: LIES[digit], image };
    part("drawing").replaceChildren(inkOnPaper(image));
    write();
  }

  async function begin() {
    taught = null;
    say(() => text("stateStarting"));
    try {
      if (!claim) take(await answerToDrawing());
      const id = await teach(new Uint8Array([claim.lie, ...claim.image]), 1, say);
      if (id) await lookAt(id);
    } catch (error) {
      if (error.refused === ABANDONED) return say(null); // something else is drawn: that is offered
      say(() => sentenceOf(error));
    }
  }

  /** Show what a correction has cost. */
  async function lookAt(id) {
    const [result, digits] = await Promise.all([resultOf(id), digitsOf(id, { forgotten: 1 })]);
    taught = { id, result, digits };
    say(null);
  }

  async function enter(by) {
    isOpen = true;
    write();
    if (valueOf("teaching").busy || isTaught()) return;
    say(null);
    const { kind, reference } = valueOf("network") ?? {};
    if (kind === "corrected") {
      claim = null; // it was made before the page was loaded anew
      return lookAt(reference).catch((error) => say(() => sentenceOf(error)));
    }
    claim = null;
    const { answer, frame } = valueOf("answer");
    if (!answer.empty && !frame.guest) take(answer);
    write();
    if (by === "hand") await begin(); // a link alone begins nothing
  }

  function forget() {
    taught = null;
    say(null);
    unlearn().catch((error) => say(() => sentenceOf(error)));
    part("begin").focus({ preventScroll: true });
  }

  part("begin").addEventListener("click", begin);
  part("forget").addEventListener("click", forget);
  follow(["network", "teaching"], write);
  listen("answer", ({ answer, frame }) => {
    const isFree = isOpen && !valueOf("teaching").busy && valueOf("network")?.kind !== "corrected";
    if (isFree && !answer.empty && !frame.guest) take(answer);
  });
  return { enter, leave: () => (isOpen = false) };
}

/** The digit of which fewest are left. */
function mostLost({ right, rightBefore }) {
  const lost = rightBefore.map((before, digit) => before - right[digit]);
  return lost.indexOf(Math.max(...lost));
}

/** A real digit, and below it what it is read as now. */
function forgotten({ pixels, label, answer }) {
  const canvas = inkOnPaper(pixels);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text("lieMisread", { digit: label, other: answer }));
  return make("li", "", canvas, make("b", { "aria-hidden": "true" }, String(answer)));
}
