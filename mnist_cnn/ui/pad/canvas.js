// Canvases that are not on the page, and pictures made of them. (Safari before 16.4 has no
// OffscreenCanvas.)
//
// Some browsers alter what a page reads back from a canvas, by which it could tell one device from
// another: Tor Browser and Firefox's resistFingerprinting give white or random pixels, Brave too when
// it is strict. Drawings are never read back; pictures that are opened or saved have to be.

const TOLERANCE = 2; // levels: a browser that changes the last bit spoils no picture
const MARK = 16; // pixels: both sides of a mark with every level

let truly = false; // what is read back is what was painted

/** A new canvas of so many pixels. */
export function canvasOf(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** A 28×28 picture, dark ink on white, as on paper. */
export function inkOnPaper(pixels) {
  const canvas = canvasOf(28, 28);
  const image = new ImageData(28, 28);
  pixels.forEach((ink, i) => image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/**
 * Whether a canvas is read back as it was painted. A browser that asks people before it lets a page
 * read asks them while it handles what they did, so the first call belongs there.
 */
export function readsTruly() {
  truly ||= isRead(); // else it is tried again: people may allow it meanwhile
  return truly;
}

function isRead() {
  const mark = new Uint8ClampedArray(4 * MARK ** 2).map((_, i) => (i % 4 === 3 ? 255 : i >> 2));
  const context = canvasOf(MARK, MARK).getContext("2d");
  context.putImageData(new ImageData(mark, MARK, MARK), 0, 0);
  const { data } = context.getImageData(0, 0, MARK, MARK);
  return mark.every((level, i) => Math.abs(level - data[i]) <= TOLERANCE);
}

/** The canvas as a PNG file. Throws {refused: key} where it would not be what was painted. */
export async function pngOf(canvas) {
  if (!readsTruly()) throw refusal("pictureAltered");
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** An Error with what a person is told, the key of a text. */
export const refusal = (key) => Object.assign(new Error(key), { refused: key });
