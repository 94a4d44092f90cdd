// After a run: how well its network reads digits it has never seen, where it fails, what it learned.
import { follow } from "../../../state/events.js";
import { partsOf } from "../../../dom/elements.js";
import { text } from "../../../locales/language.js";
import { accuracyText } from "../../../locales/numbers.js";
import { showConfusion } from "./confusion.js";
import { askDigits, showDigits } from "./digits.js";
import { addressOf, fileAt } from "../../../state/network-files.js";
import { findDead, diagnosisOf, ignorance, rateOf } from "./diagnosis.js";
import { kernelsOf, showKernels } from "./kernels.js";
import { sentenceOf } from "../../../locales/refusals.js";
import { duration } from "../run/status.js";

/**
 * @param element the section that is filled and shown; it is hidden while there is no result
 * @param choices what may be chosen, as the server has it
 */
export function createResults(element, choices) {
  const part = partsOf(element);
  let run = null;
  let complete = false; // it has a result, and its last event has come too, which may be later
  let cell = null; // [label, answer, count] whose digits are shown; null: the worst mistakes
  let digits = [];
  let kernels = null; // [before, after]
  let dead = null; // see findDead

  function write() {
    element.hidden = !complete;
    if (element.hidden) return;
    const { accuracy, wrong, seconds, testedOn, step, stopped } = run.result;
    const tested = text(testedOn === "MNIST test" ? "testedMnist" : "testedGenerated");
    const values = { percent: accuracyText(accuracy), wrong, tested, step: step.toLocaleString("en") };
    part("score").textContent = text("score", { ...values, seconds: duration(seconds) });
    part("early").textContent = stopped ? text("stoppedEarly", values) : "";
    writeDiagnosis();
    showConfusion(part("confusion"), run.history.end.confusion, (chosen, count) => {
      cell = [...chosen, count];
      fetchDigits();
    });
    writeDigits();
    writeKernels();
  }

  function writeDiagnosis() {
    const { confusion } = run.history.end;
    part("diagnosis").textContent = diagnosisOf(confusion, dead, rateOf(run.options, choices));
  }

  /** Look for dead channels in a network that has learned nothing. */
  async function fetchDead() {
    const asked = run;
    if (!ignorance(run.history.end.confusion)) return;
    const wanted = [fileAt(addressOf({ reference: run.id, version: "final" })), askDigits(run.id, null)];
    const found = await Promise.all(wanted).catch(() => null); // the rest of the diagnosis stands
    if (!found || asked !== run) return;
    const [network, pictures] = found;
    dead = findDead(network, pictures.map(({ pixels }) => pixels));
    writeDiagnosis();
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
  follow([], write);
  return {
    /** Show the result of a run with its history; nothing when it has none. */
    show(next) {
      const told = Boolean(next?.result && next.history.end);
      if (next?.id === run?.id && told === complete) return;
      complete = told;
      run = next ? { ...next } : null;
      [cell, digits, kernels, dead] = [null, [], null, null];
      write();
      if (!complete) return;
      fetchDigits();
      fetchKernels();
      fetchDead();
    },
  };
}
