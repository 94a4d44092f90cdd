// The teacher's strip, on every view of the teacher's page: how many are here, whether they see the teacher's
// drawing, and the button that brings them to where the teacher is.
import { partsOf, write } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { sentenceOf } from "../../locales/refusals.js";
import { command } from "../../transport/http.js";
import { emit, follow, listen, valueOf } from "../../state/events.js";
import { placeHere } from "./place.js";

const SAID = 5000; // milliseconds

export function createStrip(strip) {
  const part = partsOf(strip);
  let words = null; // what was said last, in any language
  let timer = null;

  function show() {
    const { known } = valueOf("teacher");
    const { count } = valueOf("here");
    strip.hidden = !known;
    document.body.classList.toggle("teaching", known);
    write(part("here"), count === null ? "" : text("hereNow", { count }));
    part("showing").setAttribute("aria-pressed", String(valueOf("showing").on));
    part("showing").title = text(valueOf("showing").on ? "broadcastStop" : "broadcastStart");
    write(part("said"), words?.() ?? "");
  }

  function say(next) {
    clearTimeout(timer);
    words = next;
    timer = setTimeout(() => {
      words = null;
      show();
    }, SAID);
    show();
  }

  async function bring() {
    try {
      const { brought } = await command({ bring: placeHere() });
      say(() => text(brought ? "broughtAll" : "broughtNobody", { count: brought }));
    } catch (error) {
      if (error.refused === "notTeacher") emit("teacher", { known: false, why: "teacherNoMore" });
      else say(() => sentenceOf(error));
    }
  }

  // The header keeps as much room free.
  new ResizeObserver(() => {
    document.body.style.setProperty("--strip", `${strip.offsetWidth}px`);
  }).observe(strip);
  part("showing").addEventListener("click", () => emit("show", {}));
  part("bring").addEventListener("click", bring);
  follow(["teacher", "here", "showing"], show);
  listen("restart", () => emit("here", { count: null }));
}
