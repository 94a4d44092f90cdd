// Follows the teacher's calls: the page goes where everybody is brought, says so, and offers the way back.
// A stroke is finished first, and what is drawn stays.
import { listen, valueOf } from "../../state/events.js";
import { embedded } from "../lesson/address.js";
import { goThere } from "./place.js";

const SHOWN = 12_000; // milliseconds that it is said

/** note: the element that says it */
export function followCalls(note) {
  let waiting = null; // a place, until the pen is lifted
  let timer = null;

  function follow() {
    if (!waiting || valueOf("pen").down) return;
    const place = waiting;
    waiting = null;
    if (!goThere(place)) return;
    note.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(hide, SHOWN);
  }

  function hide() {
    clearTimeout(timer);
    note.hidden = true;
  }

  note.querySelector(".close").addEventListener("click", hide);
  note.querySelector(".back").addEventListener("click", () => history.back());
  window.addEventListener("popstate", ({ isTrusted }) => isTrusted && hide());
  listen("call", (place) => {
    if (valueOf("teacher").known || embedded()) return;
    waiting = place;
    follow();
  });
  listen("pen", () => queueMicrotask(follow));
}
