// A digit to ask about: one of the class, else the one on the pad, else ours.
import { listen, valueOf } from "../../state/events.js";
import { draw } from "../lesson/drawings.js";
import { pixelsOf } from "../wall/tiles.js";

const OURS = "seven";
const MOST_DIGITS = 60; // of the class, to choose one from

const ofTheWall = new Map(); // those that were read as they were meant: id: image
let drawn = null; // called with the next drawing that is read

listen("wall", ({ ids, added }) => {
  for (const digit of added) {
    const isRead = digit.meant === digit.read && !digit.doubted;
    if (isRead && ofTheWall.size < MOST_DIGITS) ofTheWall.set(digit.id, pixelsOf(digit));
  }
  for (const id of ofTheWall.keys()) if (!ids.includes(id)) ofTheWall.delete(id);
});
listen("answer", ({ answer }) => answer.empty || drawn?.(answer.image));

/** 28×28 pixels, a promise: it waits for a network that reads. */
export async function imageOfDigit() {
  const all = [...ofTheWall.values()];
  if (all.length) return all[Math.floor(all.length * Math.random())];
  const { answer } = valueOf("answer");
  if (!answer.empty) return answer.image;
  const image = new Promise((resolve) => (drawn = resolve)); // before: a short reading is told at once
  draw(OURS);
  return image;
}
