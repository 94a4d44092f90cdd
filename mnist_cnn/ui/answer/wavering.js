// What the answer wavers between while a digit is drawn: "a 1? … no, a 7".
import { text } from "../locales/language.js";

const CLOSE = 0.2; // a second answer as probable as this is named
const SURE = 0.6; // an answer as probable as this is one that can be given up

export class Wavering {
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
    if (probabilities[digit] < SURE || digit === this.#sure) return;
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
    if (probabilities[second] >= CLOSE) return text("waversBetween", { digit, second });
    if (this.#before === null) return "";
    return text("changedItsMind", { before: this.#before, digit });
  }
}
