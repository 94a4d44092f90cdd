// Shows the teacher's drawing to everybody, while it is drawn: the newest state of it, again and again.
import { encodeStrokes } from "../pad/link.js";
import { ask } from "../transport/asking.js";
import { listen } from "../transport/events.js";

const INTERVAL = 80; // milliseconds at least from one state to the next: each is read on every page

/** say(key or null), trouble(error), changed(): what is done when there is something to tell */
export function createBroadcast({ say, trouble, changed }) {
  let on = false;
  let frame = { marks: [], edition: 0 }; // what this pad shows
  let waiting = false; // for being sent
  let busy = false;

  async function pump() {
    if (busy) return;
    busy = true;
    waiting = false;
    await send(drawingOf(frame));
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    busy = false;
    if (!on) end(); // after the last state, or that would begin it anew
    else if (waiting) pump();
  }

  async function send(drawing) {
    if (drawing === null) return say("broadcastStrokes");
    const body = JSON.stringify({ drawing, edition: frame.edition });
    await ask("class/broadcast", { method: "POST", body }).then(() => say(null), trouble);
  }

  function end() {
    const body = JSON.stringify({ drawing: null });
    // Also when the page is closed: it would not wait for an answer.
    ask("class/broadcast", { method: "POST", body, keepalive: true }).catch(trouble);
  }

  function show() {
    waiting = true;
    pump();
  }

  listen("answer", (next) => {
    ({ frame } = next);
    if (on) show();
  });
  window.addEventListener("pagehide", () => on && end());
  return {
    get on() {
      return on;
    },
    toggle() {
      on = !on;
      if (on) show();
      else if (!busy) end();
      changed();
    },
  };
}

/** The drawing as a link holds it, "" for an empty pad, null when it cannot be shown. */
function drawingOf({ marks }) {
  if (marks.some((mark) => mark.kind !== "stroke")) return null;
  return marks.length ? encodeStrokes(marks) : "";
}
