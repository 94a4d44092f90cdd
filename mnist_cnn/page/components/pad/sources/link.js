// A drawing as the end of a link, and back. Nothing of it goes to the server: it is a fragment.
//
//   #drawing=1.<base64url of bytes>
//
// Bytes: four of a checksum, because messengers cut links off; then, all as varints (7 bits a byte,
// the lowest first), for each stroke 2 × width plus 1 when it erases; the number of points; the
// points, each as the zigzag difference of x and of y to the point before, in half pad units.

const VERSION = "1";
const KEY = "drawing";
const STEPS = 2; // a pad unit
const MOST_CHARACTERS = 16_000;
const MOST_STROKES = 200;
const MOST_POINTS = 20_000;
const WIDTHS = [4, 44]; // pad units
const EDGE = [-50, 330]; // pad units: strokes may leave the pad a little

/** The fragment that holds `strokes`, without the "#", or null when they are too many. */
export function encodeStrokes(strokes) {
  const bytes = [];
  let left = MOST_POINTS;
  for (const stroke of strokes) {
    const points = thinned(stroke.points);
    left -= points.length / 2;
    writeVarint(bytes, 2 * Math.round(stroke.width) + (stroke.erase ? 1 : 0));
    writeVarint(bytes, points.length / 2);
    points.forEach((value, i) => writeVarint(bytes, zigzag(value - (points[i - 2] ?? 0))));
  }
  if (left < 0 || strokes.length > MOST_STROKES) return null;
  const fragment = seal(bytes);
  return fragment.length > MOST_CHARACTERS ? null : fragment;
}

/**
 * The strokes in a fragment, [{kind: "stroke", points, width, erase}]; null when it holds none.
 * Throws an Error when what it holds is damaged.
 */
export function decodeStrokes(fragment) {
  const sealed = fragment.match(/(?:^#?|&)(drawing=[^&]*)/)?.[1];
  if (!sealed) return null;
  const reader = new Reader(unseal(sealed));
  const strokes = [];
  let left = MOST_POINTS;
  while (!reader.ended) {
    if (strokes.length === MOST_STROKES) throw new Error("too many strokes");
    const stroke = readStroke(reader, left);
    left -= stroke.points.length / 2;
    strokes.push(stroke);
  }
  if (!strokes.length) throw new Error("no strokes");
  return strokes;
}

/** The fragment of any bytes, their checksum before them. */
export function seal(bytes) {
  const sum = checksum(bytes);
  const all = [24, 16, 8, 0].map((shift) => (sum >>> shift) & 255).concat(bytes);
  const text = btoa(all.map((byte) => String.fromCharCode(byte)).join(""));
  return `${KEY}=${VERSION}.${text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`;
}

function unseal(fragment) {
  if (fragment.length > MOST_CHARACTERS) throw new Error("too long");
  const [, version, text] = fragment.match(/^drawing=([^.]*)\.([\w-]*)$/) ?? [];
  if (version !== VERSION) throw new Error("not a drawing of this version");
  const characters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Array.from(characters, (character) => character.charCodeAt(0)).slice(4);
  if (seal(bytes) !== fragment) throw new Error("not what was sent");
  return bytes;
}

/** FNV-1a: Fowler, Noll and Vo, in 32 bits. */
const checksum = (bytes) =>
  bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5);

function readStroke(reader, mostPoints) {
  const head = reader.varint();
  const count = reader.varint();
  if (count < 1 || count > mostPoints) throw new Error("too many points");
  const points = [];
  const at = [0, 0];
  for (let i = 0; i < 2 * count; i++) {
    at[i % 2] += unzigzag(reader.varint());
    points.push(clip(at[i % 2] / STEPS, EDGE));
  }
  return { kind: "stroke", points, width: clip(head >> 1, WIDTHS), erase: head % 2 === 1 };
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get ended() {
    return this.at >= this.bytes.length;
  }

  varint() {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (this.ended) throw new Error("ends in the middle of a number");
      const byte = this.bytes[this.at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new Error("a number is too large");
  }
}

/** In half units, without points that repeat the one before. */
function thinned(points) {
  const kept = [];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [Math.round(points[i] * STEPS), Math.round(points[i + 1] * STEPS)];
    if (kept.length && kept.at(-2) === x && kept.at(-1) === y) continue;
    kept.push(x, y);
  }
  return kept;
}

function writeVarint(bytes, value) {
  while (value > 127) {
    bytes.push((value & 127) | 128);
    value >>>= 7;
  }
  bytes.push(value);
}

const zigzag = (value) => (value << 1) ^ (value >> 31);
const unzigzag = (value) => (value >>> 1) ^ -(value & 1);
const clip = (value, [least, most]) => Math.min(most, Math.max(least, value));
