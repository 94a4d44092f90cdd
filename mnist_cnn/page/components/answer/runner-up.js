// A sentence while the digit is drawn: what else it may be, or was before: "a 1? … no, a 7".
import { text } from "../../locales/language.js";

const RUNNER_UP_FROM = 0.2; // a second answer as probable as this is named
const CERTAIN_FROM = 0.6; // an answer as probable as this is one that can be given up

export class RunnerUp {
  #answer = { empty: true };
  #before = null; // the last other digit it was sure of
  #sure = null;

  /** Another drawing begins. */
  begin() {
    this.#answer = { empty: true };
    this.#before = this.#sure = null;
  }

  hear(answer) {
    this.#answer = answer;
    if (answer.empty) return;
    const { digit, probabilities } = answer;
    if (probabilities[digit] < CERTAIN_FROM || digit === this.#sure) return;
    this.#before = this.#sure;
    this.#sure = digit;
  }

  /** The sentence; "" where there is nothing to say. */
  sentence() {
    if (this.#answer.empty) return "";
    const { digit, probabilities } = this.#answer;
    const second = probabilities.reduce(
      (best, value, i) => (i !== digit && (best < 0 || value > probabilities[best]) ? i : best),
      -1,
    );
    if (probabilities[second] >= RUNNER_UP_FROM) return text("waversBetween", { digit, second });
    if (this.#before === null) return "";
    return text("changedItsMind", { before: this.#before, digit });
  }
}
