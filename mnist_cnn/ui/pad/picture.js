// A picture, opened, pasted or dropped, becomes ink on the pad.
import { askInk } from "../transport/transport.js";
import { PAD_SIZE } from "./drawing.js";

const LARGEST_SIDE = 512; // pixels sent; the server finds the ink at this size

/** Call `use` with every picture file that is chosen, pasted or dropped. */
export function receivePictures(element, use) {
  const file = element.querySelector(".file");
  element.querySelector(".open").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    if (file.files[0]) use(file.files[0]);
    file.value = ""; // the same file may be chosen again
  });
  document.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])].find(isPicture);
    if (pasted) use(pasted);
  });
  const paper = element.querySelector(".paper");
  paper.addEventListener("dragover", (event) => {
    event.preventDefault();
    paper.classList.add("dropping");
  });
  paper.addEventListener("dragleave", () => paper.classList.remove("dropping"));
  paper.addEventListener("drop", (event) => {
    event.preventDefault();
    paper.classList.remove("dropping");
    if (event.dataTransfer.files[0]) use(event.dataTransfer.files[0]);
  });
}

const isPicture = (file) => file.type.startsWith("image/");

/**
 * The ink in `file` as a mark of the drawing, or null when there is none.
 * Throws {refused: key or sentence} when the file is no picture.
 */
export async function inkOf(file) {
  const ink = await askInk(await reduced(file));
  return ink.pixels.some((level) => level > 0) ? markOf(ink) : null;
}

/** Ink, {width, height, pixels}, as a mark that fills the pad. */
export function markOf({ width, height, pixels }) {
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(width, height);
  pixels.forEach((level, i) => (image.data[4 * i + 3] = level));
  canvas.getContext("2d").putImageData(image, 0, 0);
  const whole = centred(canvas);
  const { data } = whole.getContext("2d").getImageData(0, 0, PAD_SIZE, PAD_SIZE);
  const levels = Uint8Array.from({ length: PAD_SIZE ** 2 }, (_, i) => data[4 * i + 3]);
  return { kind: "picture", canvas: whole, levels };
}

/** Decode in the browser, which knows more formats than the server, and send no more than needed. */
async function reduced(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw Object.assign(new Error("not a picture"), { refused: "pictureUnreadable" });
  }
  const factor = Math.min(1, LARGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * factor));
  const height = Math.max(1, Math.round(bitmap.height * factor));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/png" });
}

function centred(source) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = PAD_SIZE;
  const factor = PAD_SIZE / Math.max(source.width, source.height);
  const [width, height] = [source.width * factor, source.height * factor];
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(source, (PAD_SIZE - width) / 2, (PAD_SIZE - height) / 2, width, height);
  return canvas;
}
