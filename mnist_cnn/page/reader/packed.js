// Opens files that begin with a head: four bytes with its length, then JSON, then numbers. They are written by
// mnist_cnn/network/network_file.py and mnist_cnn/lesson/network_bound_file.py.

/**
 * @param {ArrayBuffer} file
 * @returns {{head, at: number}} at: the byte where the numbers begin
 */
export function unpack(file) {
  const length = new DataView(file).getUint32(0, true);
  return { head: JSON.parse(new TextDecoder().decode(new Uint8Array(file, 4, length))), at: 4 + length };
}
