// NumPy's .npz: a zip of .npy files, one for each array. What `numpy.load` reads.
// The formats: numpy.org/doc/stable/reference/generated/numpy.lib.format.html, and APPNOTE 6.3.10.

const DATE = (1 << 5) | 1; // 1980-01-01, the first day a zip knows
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});
const KINDS = new Map([
  [Uint8Array, "|u1"],
  [Float32Array, "<f4"],
  [Int32Array, "<i4"],
]);

/**
 * @param {Object<string, {shape: number[], values: Uint8Array | Float32Array | Int32Array}>} arrays
 *   by their names; a shape [] is one number
 * @returns {Blob}
 */
export function npz(arrays) {
  const entries = Object.entries(arrays).map(([name, array]) => entry(`${name}.npy`, npy(array)));
  let at = 0;
  const index = entries.map(({ name, fields, content }) => {
    const record = [...bytes([0x02014b50, 4], [20, 2], ...fields), ...bytes([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), ...name];
    at += 30 + name.length + content.length;
    return Uint8Array.from(record);
  });
  const size = index.reduce((sum, record) => sum + record.length, 0);
  const count = [entries.length, 2];
  const end = bytes([0x06054b50, 4], [0, 2], [0, 2], count, count, [size, 4], [at, 4], [0, 2]);
  const files = entries.flatMap(({ name, fields, content }) => [
    bytes([0x04034b50, 4], ...fields),
    name,
    content,
  ]);
  return new Blob([...files, ...index, end], { type: "application/zip" });
}

/** A file of the zip, not compressed: floats hardly shrink. */
function entry(name, content) {
  const letters = new TextEncoder().encode(name);
  const size = [content.length, 4];
  const fields = [[20, 2], [0, 2], [0, 2], [0, 2], [DATE, 2], [checksum(content), 4], size, size];
  return { name: letters, content, fields: [...fields, [letters.length, 2], [0, 2]] };
}

/** An array with its header, which is filled up to a multiple of 64 bytes. */
function npy({ shape, values }) {
  const sides = shape.map((side) => `${side},`).join(" ");
  const kind = KINDS.get(values.constructor);
  const words = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${sides}), }`;
  const room = Math.ceil((words.length + 11) / 64) * 64 - 10;
  const head = new TextEncoder().encode(`\x00NUMPY\x01\x00..${words.padEnd(room - 1)}\n`);
  head[0] = 0x93;
  head.set(bytes([room, 2]), 8);
  const file = new Uint8Array(head.length + values.byteLength);
  file.set(head);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), head.length);
  return file;
}

/** Numbers, [value, how many bytes], little-endian. */
const bytes = (...numbers) =>
  Uint8Array.from(
    numbers.flatMap(([value, size]) => Array.from({ length: size }, (_, i) => value >>> (8 * i))),
  );

/** CRC-32, as a zip has it. */
function checksum(content) {
  let sum = -1;
  for (const byte of content) sum = CRC[(sum ^ byte) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}
