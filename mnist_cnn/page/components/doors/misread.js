// The test digits that the shipped network misreads, as mnist_cnn/lesson/misread_file.py writes them.
import { unpack } from "../../reader/packed.js";
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { content } from "../../transport/contents.js";

const SIZE = IMAGE_SIZE ** 2; // bytes of a picture
const MAJORITY = 3; // of five people

/**
 * @returns {Promise<{index, label, answer: number, sureness: number, people: number[] | null,
 *   isDoubtful: boolean, pixels: Uint8Array}[]>} index: in MNIST's test set; people: how many of five
 *   said the label, the network's answer, neither; isDoubtful: fewer than three of them said the label
 */
export async function misreadDigits() {
  const file = await content("misread");
  const { head, at } = unpack(file);
  return head.map((digit, i) => ({
    ...digit,
    isDoubtful: digit.people !== null && digit.people[0] < MAJORITY,
    pixels: new Uint8Array(file, at + i * SIZE, SIZE),
  }));
}
