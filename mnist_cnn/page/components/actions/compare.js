// Two readings of one drawing, number by number.

/**
 * @param own what the page has read, see reader/reading.js
 * @param {ArrayBuffer} theirs the 28×28 picture as bytes, then every layer's activations as float32,
 *   in the order data flows; see mnist_cnn/server/routes/check.py
 * @returns {null | {digit, probability, difference, count, levels}} their answer, the largest
 *   difference of two activations, how many were compared, and by how many of 255 levels the pictures
 *   differ at most; null: theirs are of a network of other layers
 */
export function compare(own, theirs) {
  const { image } = own;
  const layers = [...own.layers.values()];
  const count = layers.reduce((sum, { values }) => sum + values.length, 0);
  if (theirs.byteLength !== image.length + 4 * count) return null;
  const levels = largestDifference(image, new Uint8Array(theirs, 0, image.length));
  let at = image.length;
  let difference = 0;
  let last;
  for (const { values } of layers) {
    last = new Float32Array(theirs, at, values.length);
    difference = Math.max(difference, largestDifference(values, last));
    at += last.byteLength;
  }
  const probability = Math.max(...last);
  return { digit: last.indexOf(probability), probability, difference, count, levels };
}

const largestDifference = (some, others) =>
  some.reduce((most, value, i) => Math.max(most, Math.abs(value - others[i])), 0);
