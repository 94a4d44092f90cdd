// The SHA-256 of a network's weights: two networks have the same one only if every weight is the same.
//
// Computed here, because browsers offer it to pages over HTTPS only, and a class opens this one over HTTP.
// The algorithm is that of FIPS 180-4; the tests compare it with Python's hashlib.

const BLOCK = 64; // bytes
const ROUNDS = 64;

/** The first 32 bits after the point of a number's root. */
const fraction = (root) => Math.floor((root % 1) * 2 ** 32) >>> 0;

const PRIMES = primes(ROUNDS);
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const CONSTANTS = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));

/** The checksum of all weights of a Network, layer by layer as float32: 64 hexadecimal digits. */
export function checksumOf(network) {
  const arrays = network.layers.flatMap(({ name }) => network.weights.get(name) ?? []);
  const bytes = new Uint8Array(arrays.reduce((count, { byteLength }) => count + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at); // browsers are little-endian
    at += byteLength;
  }
  return sha256(bytes);
}

/** The SHA-256 of a Uint8Array as hexadecimal digits. */
export function sha256(bytes) {
  const padded = withLength(bytes);
  const hash = Uint32Array.from(START);
  const schedule = new Uint32Array(ROUNDS);
  const view = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += BLOCK) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getUint32(at + 4 * i);
    takeUp(hash, schedule);
  }
  return [...hash].map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** Followed by a 1, zeros, and the count of bits, in whole blocks. */
function withLength(bytes) {
  const padded = new Uint8Array(BLOCK * Math.ceil((bytes.length + 9) / BLOCK));
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(8 * bytes.length));
  return padded;
}

/** One block: 16 words in `w`, which is filled up to all rounds. */
function takeUp(hash, w) {
  for (let i = 16; i < ROUNDS; i++) {
    const s0 = turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ (w[i - 15] >>> 3);
    const s1 = turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ (w[i - 2] >>> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let i = 0; i < ROUNDS; i++) {
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const one = (h + s1 + ((e & f) ^ (~e & g)) + CONSTANTS[i] + w[i]) | 0;
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (hash[i] += word));
}

/** The bits of a word moved right, those that fall off put in front. */
const turned = (word, bits) => (word >>> bits) | (word << (32 - bits));

function primes(count) {
  const found = [];
  for (let number = 2; found.length < count; number++) {
    if (found.every((prime) => number % prime)) found.push(number);
  }
  return found;
}
