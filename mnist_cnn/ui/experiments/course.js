// What the chapters work with: the network they are about, and those they compare it with.
import { preprocess } from "../reader/preprocess.js";

export class Course {
  /**
   * @param given {network, others, facts}: the Network the lesson is about; the others a chapter looks
   *   at, by name; and what Python has measured, see mnist_cnn/lesson/facts.py
   */
  constructor({ network, others = {}, facts = {} }) {
    Object.assign(this, { network, others, facts });
  }

  /**
   * What the network makes of a drawing; a generator.
   * @param drawing {width, height, pixels}, 0 is paper, 255 full ink, with ink in it
   * @returns {{drawing, image, layers, digit, probabilities}} see reader/reading.js
   */
  *read(drawing) {
    const { image } = preprocess(drawing);
    return { drawing, ...(yield* readingOf(this.network, image)) };
  }

  /** A layer of the network by its name, as its file describes it. */
  layer(name) {
    return this.network.layers.find((layer) => layer.name === name);
  }
}

/** What a network makes of a 28×28 picture; a generator which returns {image, layers, digit, probabilities}. */
export function* readingOf(network, image) {
  const layers = yield* network.reading(image);
  const probabilities = layers.get(network.layers.at(-1).name).values;
  return { image, layers, digit: largestAt(probabilities), probabilities };
}

/** The place of the largest number; of equals, the first. */
export const largestAt = (numbers) => numbers.indexOf(Math.max(...numbers));
