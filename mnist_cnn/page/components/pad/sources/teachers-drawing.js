// Shows the teacher's drawing on the pad while it is broadcast, unless the person goes back to their own.
import { button, make } from "../../../dom/elements.js";
import { text } from "../../../locales/language.js";
import { follow, listen, valueOf } from "../../../state/events.js";
import { followClass } from "../../../state/news.js";
import { decodeStrokes } from "./link.js";

/**
 * @param paper the element that holds the pad's canvas
 * @param show called with the teacher's marks and whether these are another drawing than before,
 *   not a longer one; with null when the own drawing is to be seen again
 * @returns {left()}: the person has gone back to the own drawing
 */
export function createGuest(paper, show) {
  const words = make("span");
  const choice = button("", turn);
  const banner = make("p", { className: "guest", role: "status" }, words, choice);
  paper.after(banner);
  let broadcast = { drawing: null }; // what the teacher shows
  let watching = true; // whether this person wants to see it
  let shown = null; // the edition on the pad

  /** Whether there is something to see: on a teacher's page it is its own, or a colleague's. */
  const isShown = () => broadcast.drawing !== null && !valueOf("teacher").known;

  function write() {
    banner.hidden = !isShown();
    words.textContent = text(watching ? "teacherDraws" : "teacherDrawsToo");
    choice.textContent = text(watching ? "backToMine" : "watchTeacher");
  }

  function update() {
    write();
    if (!isShown() || !watching) {
      if (shown !== null) show(null);
      shown = null;
      return;
    }
    const marks = broadcast.drawing ? decodeStrokes(broadcast.drawing) : [];
    const another = shown !== broadcast.edition;
    shown = broadcast.edition;
    show(marks, another);
  }

  function turn() {
    watching = !watching;
    update();
  }

  follow([], write);
  listen("teacher", update);
  listen("broadcast", (next) => {
    if (broadcast.drawing === null) watching = true; // another one begins
    broadcast = next;
    update();
  });
  followClass();
  return {
    left() {
      watching = false;
      shown = null;
      write();
    },
  };
}
