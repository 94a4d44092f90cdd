// Saves the drawing until the tab is closed, because phones reload pages that were in the background.
import { getItem, removeItem, setItem } from "../../../transport/storage.js";
import { decodeLevels, encodeLevels, markOfLevels } from "../levels.js";

const KEY = "mnist_cnn.drawing";

/** Keep marks, as Drawing has them, instead of those before. */
export function keep(marks) {
  removeItem(sessionStorage, KEY); // a drawing of hours is more than a browser keeps
  if (marks.length) setItem(sessionStorage, KEY, JSON.stringify(marks.map(inText)));
}

/** The marks that this page had when it was left; [] when it is opened for the first time. */
export function kept() {
  if (performance.getEntriesByType("navigation")[0]?.type === "navigate") return [];
  return JSON.parse(getItem(sessionStorage, KEY) ?? "[]").map(asMark);
}

const inText = (mark) =>
  mark.kind === "picture" ? { kind: mark.kind, levels: encodeLevels(mark.levels) } : mark;

const asMark = (mark) => (mark.kind === "picture" ? markOfLevels(decodeLevels(mark.levels)) : mark);
