// The score of a person against the network, on digits that the network misreads.

/** @param digits of misread.js */
export class Score {
  #answers = new Map(); // a digit: what the person said

  constructor(digits) {
    this.digits = digits;
  }

  /** How many digits were answered. */
  get said() {
    return this.#answers.size;
  }

  /** How many of these count: not those whose label is in doubt. */
  get counted() {
    return this.#countingWhere(() => true);
  }

  get you() {
    return this.#countingWhere((digit, answer) => answer === digit.label);
  }

  get network() {
    return this.#countingWhere((digit) => digit.answer === digit.label);
  }

  /** What the person says of a digit; the first word holds. */
  say(digit, answer) {
    if (!this.#answers.has(digit)) this.#answers.set(digit, answer);
  }

  /** What the person has said of a digit, or undefined. */
  answerTo(digit) {
    return this.#answers.get(digit);
  }

  /** The first digit that was not answered, or undefined. */
  next() {
    return this.digits.find((digit) => !this.#answers.has(digit));
  }

  #countingWhere(isIt) {
    return [...this.#answers].filter(([digit, answer]) => !digit.isDoubtful && isIt(digit, answer)).length;
  }
}
