// A picture, opened, pasted or dropped, becomes ink on the pad.
import { work } from "../../../worker/work.js";
import { resize } from "../../../reader/preprocess.js";
import { served } from "../../../transport/contents.js";
import { call } from "../../../transport/http.js";
import { canvasOf, readsTruly, refusal } from "../../../painting/canvas.js";
import { PAD_SIZE } from "../drawing.js";
import { markOfLevels } from "../levels.js";

const LARGEST_SIDE = 512; // pixels, at which the ink is found
const LARGEST_FILE = 8 * 2 ** 20; // bytes that the server takes
const TIMEOUT = 10_000; // milliseconds
const VECTOR = "image/svg+xml";

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
 * The ink in `file` as a mark of the drawing, or null when there is none. Throws an error with
 * `refused`, see locales/refusals.js, when the file cannot be used, or the server, which has to read it,
 * does not answer.
 */
export async function inkOf(file) {
  readsTruly(); // now, while what the person did is handled
  const picture = await pixelsOf(file);
  const ink = await (picture ? work("ink", { picture }) : askedFor(file));
  return ink.pixels.some((level) => level > 0) ? markOf(ink) : null;
}

/** The ink that the server finds, which reads a few formats more than browsers do. */
async function askedFor(file) {
  if (!served()) throw refusal("pictureUnreadable");
  if (file.size > LARGEST_FILE) throw refusal("pictureLarge");
  try {
    const response = await call("ink", { method: "POST", body: file, timeout: TIMEOUT });
    const buffer = await response.arrayBuffer();
    const view = new DataView(buffer);
    const [width, height] = [view.getUint16(0, true), view.getUint16(2, true)];
    return { width, height, pixels: new Uint8Array(buffer, 4) };
  } catch (error) {
    throw Object.assign(error, { refused: error.refused ?? "unreachable" });
  }
}

/** Ink, {width, height, pixels}, as a mark that fills the pad. */
export const markOf = (ink) => markOfLevels(fitted(ink));

/** Ink as levels of the whole pad: scaled to its longer side, in the middle. No canvas is asked. */
function fitted(ink) {
  const factor = PAD_SIZE / Math.max(ink.width, ink.height);
  const width = Math.max(1, Math.round(ink.width * factor));
  const height = Math.max(1, Math.round(ink.height * factor));
  const scaled = resize(ink, width, height);
  const levels = new Uint8ClampedArray(PAD_SIZE ** 2); // rounds
  const first = ((PAD_SIZE - height) >> 1) * PAD_SIZE + ((PAD_SIZE - width) >> 1);
  for (let row = 0; row < height; row++) {
    levels.set(scaled.subarray(row * width, (row + 1) * width), first + row * PAD_SIZE);
  }
  return levels;
}

/** The pixels of a file, {width, height, data}, no more than are needed; null: the browser cannot decode it. */
async function pixelsOf(file) {
  if (await isDeep(file)) return null;
  const isVector = file.type === VECTOR;
  let image;
  try {
    image = await decoded(isVector ? await sized(file) : file);
  } catch {
    if (isVector || isHeic(file)) throw refusal("pictureUnreadable");
    return null;
  }
  const most = isVector ? Infinity : 1; // lines are as sharp at any size
  const factor = Math.min(most, LARGEST_SIDE / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * factor));
  const height = Math.max(1, Math.round(image.height * factor));
  if (!readsTruly()) throw refusal("pictureAltered");
  const context = canvasOf(width, height).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** Of a PNG's 16 bits browsers keep the upper 8, in which a scanner's 12 are nearly black. */
async function isDeep(file) {
  const head = new Uint8Array(await file.slice(0, 25).arrayBuffer());
  return String.fromCharCode(...head.subarray(1, 4)) === "PNG" && head[24] === 16;
}

/** iPhones take photos in it, and Safari alone reads it; some systems do not know its type. */
const isHeic = ({ type, name }) => /^image\/hei[cf]/.test(type) || /\.hei[cf]$/i.test(name);

/** A file as an element that can be drawn: a browser decodes more formats so than as a bitmap. */
async function decoded(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(image.src);
  }
  return image;
}

/** An SVG file that says how large it is: without, browsers draw it small, or nothing of it. */
async function sized(file) {
  const svg = new DOMParser().parseFromString(await file.text(), VECTOR).documentElement;
  const box = svg.viewBox?.baseVal;
  for (const side of ["width", "height"]) {
    const length = svg.getAttribute(side) ?? "%";
    if (length.endsWith("%")) svg.setAttribute(side, box?.[side] || LARGEST_SIDE);
  }
  return new Blob([new XMLSerializer().serializeToString(svg)], { type: VECTOR });
}
