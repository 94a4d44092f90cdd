// Offers the three doors once on a device, when somebody has drawn for a while.
import { emit, listen, valueOf } from "../../state/events.js";
import { remember, seen } from "./shown-names.js";

const NAME = "doors";
const DRAWING_TIME = 120_000; // milliseconds from the first own stroke
const LEAST_DRAWINGS = 3; // own ones that were read

export function createInvitation() {
  let since = null; // when the first stroke began
  let drawings = 0;

  const isDue = () => drawings >= LEAST_DRAWINGS && performance.now() - since >= DRAWING_TIME && !seen(NAME);

  listen("door", ({ name }) => name && remember(NAME)); // who has found them need not be told
  listen("pen", ({ down, marks }) => {
    if (down) return;
    since ??= performance.now();
    const { answer, frame } = valueOf("answer");
    const isRead = !answer.empty && !frame.guest;
    if (isRead && marks.length === 1) drawings++;
  });
  return {
    /** Open them when it is time; true when they are open. */
    offer() {
      if (!valueOf("door").name && isDue()) emit("door", { name: "choice", by: "invitation" });
      return valueOf("door").name !== null;
    },
  };
}
