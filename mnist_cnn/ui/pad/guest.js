// The teacher's drawing on everybody's pad, while it is broadcast, until one looks at one's own again.
import { text, onLanguage } from "../locales/language.js";
import { teachersToken } from "../transport/asking.js";
import { listen } from "../transport/events.js";
import { followClass } from "../transport/news.js";
import { decodeStrokes } from "./link.js";

/**
 * @param paper the element that holds the pad's canvas
 * @param show called with the teacher's marks and whether these are another drawing than before,
 *   not a longer one; with null when the own drawing is to be seen again
 * @returns {left()}: the person has gone back to the own drawing
 */
export function receiveGuest(paper, show) {
  const banner = document.createElement("p");
  banner.className = "guest";
  banner.setAttribute("role", "status");
  const words = document.createElement("span");
  const button = document.createElement("button");
  button.type = "button";
  banner.append(words, button);
  paper.after(banner);
  let broadcast = { drawing: null }; // what the teacher shows
  let watching = true; // whether this person wants to see it
  let shown = null; // the edition on the pad

  function write() {
    banner.hidden = broadcast.drawing === null;
    words.textContent = text(watching ? "teacherDraws" : "teacherDrawsToo");
    button.textContent = text(watching ? "backToMine" : "watchTeacher");
  }

  function update() {
    write();
    if (broadcast.drawing === null || !watching) {
      if (shown !== null) show(null);
      shown = null;
      return;
    }
    const marks = broadcast.drawing ? decodeStrokes(broadcast.drawing) : [];
    const another = shown !== broadcast.edition;
    shown = broadcast.edition;
    show(marks, another);
  }

  button.addEventListener("click", () => {
    watching = !watching;
    update();
  });
  onLanguage(write);
  write();
  listen("broadcast", (next) => {
    if (teachersToken()) return; // it is this page's own, or a colleague's
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
