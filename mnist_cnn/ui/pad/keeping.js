// Keeps the drawing as long as the tab is open: phones load a page anew that was out of sight.
import { PAD_SIZE } from "./drawing.js";
import { markOf } from "./picture.js";

const KEY = "mnist_cnn.drawing";

/** Keep marks, as Drawing has them, instead of those before. */
export function keep(marks) {
  sessionStorage.removeItem(KEY);
  if (!marks.length) return;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(marks.map(inText)));
  } catch (error) {
    // A drawing of hours is more than a browser keeps: it is then gone with the page.
    if (error.name !== "QuotaExceededError") throw error;
  }
}

/** The marks that this page had when it was left; [] when it is opened for the first time. */
export function kept() {
  if (performance.getEntriesByType("navigation")[0]?.type === "navigate") return [];
  return JSON.parse(sessionStorage.getItem(KEY) ?? "[]").map(asMark);
}

function inText(mark) {
  if (mark.kind !== "picture") return mark;
  const letters = Array.from(mark.levels, (level) => String.fromCharCode(level));
  return { kind: mark.kind, levels: btoa(letters.join("")) };
}

function asMark(mark) {
  if (mark.kind !== "picture") return mark;
  const pixels = Uint8Array.from(atob(mark.levels), (letter) => letter.charCodeAt(0));
  return markOf({ width: PAD_SIZE, height: PAD_SIZE, pixels });
}
