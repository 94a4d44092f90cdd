// After a run: how well its network reads digits it has never seen, where it fails, what it learned.
import { text, onLanguage } from "../locales/language.js";
import { showConfusion } from "./confusion.js";
import { askDigits, showDigits } from "./digits.js";
import { kernelsOf, showKernels } from "./kernels.js";
import { sentenceOf } from "./refusals.js";
import { duration } from "./status.js";

/** element: the section that is filled and shown; it is hidden while there is no result. */
export function createResults(element) {
  const part = (name) => element.querySelector(`.${name}`);
  let run = null;
  let complete = false; // it has a result, and its last event has come too, which may be later
  let cell = null; // [label, answer, count] whose digits are shown; null: the worst mistakes
  let digits = [];
  let kernels = null; // [before, after]

  function write() {
    element.hidden = !complete;
    if (element.hidden) return;
    const { accuracy, wrong, seconds, testedOn, step, stopped } = run.result;
    const tested = text(testedOn === "MNIST test" ? "testedMnist" : "testedGenerated");
    const values = { percent: percentOf(accuracy), wrong, tested, step: step.toLocaleString("en") };
    part("score").textContent = text("score", { ...values, seconds: duration(seconds) });
    part("early").textContent = stopped ? text("stoppedEarly", values) : "";
    showConfusion(part("confusion"), run.history.end.confusion, (chosen, count) => {
      cell = [...chosen, count];
      fetchDigits();
    });
    writeDigits();
    writeKernels();
  }

  function writeDigits() {
    part("which").textContent = cell
      ? text(cell[0] === cell[1] ? "digitsRight" : "digitsWrong", {
          label: cell[0], answer: cell[1], shown: digits.length, count: cell[2],
        })
      : text("digitsWorst", { shown: digits.length });
    part("back").hidden = !cell;
    showDigits(part("digits"), digits);
  }

  function writeKernels() {
    if (!kernels) return part("kernels").replaceChildren();
    showKernels(part("kernels"), [
      [text("kernelsBefore"), kernels[0]],
      [text("kernelsAfter"), kernels[1]],
    ]);
  }

  async function fetchDigits() {
    const [asked, which] = [run, cell];
    try {
      const found = await askDigits(asked.id, which);
      if (asked !== run || which !== cell) return;
      digits = found;
      writeDigits();
    } catch (error) {
      part("which").textContent = sentenceOf(error);
    }
  }

  async function fetchKernels() {
    const asked = run;
    const moments = [{ reference: `${run.id}.0` }, { reference: run.id, version: "final" }];
    const found = await Promise.all(moments.map(kernelsOf)).catch(
      () => null, // without them the rest is still worth seeing
    );
    if (asked !== run) return;
    kernels = found;
    writeKernels();
  }

  part("back").addEventListener("click", () => {
    cell = null;
    part("confusion").querySelector("[aria-pressed]")?.removeAttribute("aria-pressed");
    fetchDigits();
  });
  onLanguage(write);
  return {
    /** Show the result of a run, described as in Following; nothing when it has none. */
    show(next) {
      const told = Boolean(next?.result && next.history.end);
      if (next?.id === run?.id && told === complete) return;
      complete = told;
      run = next ? { ...next } : null;
      [cell, digits, kernels] = [null, [], null];
      write();
      if (!complete) return;
      fetchDigits();
      fetchKernels();
    },
  };
}

/** Two decimals: a hundredth of a percent is one test digit. */
export const percentOf = (share) => `${(share * 100).toFixed(2)}%`;

