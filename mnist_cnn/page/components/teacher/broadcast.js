// Shows the teacher's drawing to everybody while it is drawn, by sending its newest state again and again.
// What the server has not taken or answered is sent again, the end as well.
import { encodeStrokes } from "../pad/sources/link.js";
import { command, isRefusal } from "../../transport/http.js";
import { pause } from "../../reader/slices.js";
import { pageName } from "../../transport/session.js";
import { listen } from "../../state/events.js";

const INTERVAL = 80; // milliseconds at least from one state to the next: each is read on every page
const RETRY_DELAYS = [500, 1000, 2000, 5000]; // milliseconds until what failed is sent again, the last repeated
const BROADCAST_OVER = "broadcast over"; // the server's word for: another page's drawing is shown, or none

/** say(key or null), trouble(error), changed(): what is done when there is something to tell */
export function createBroadcast({ say, trouble, changed }) {
  const by = pageName();
  let on = false; // this page shows its drawing
  let begun = false; // and the server knows
  let frame = { marks: [], edition: 0 }; // what this pad shows
  let ending = null; // the page whose drawing is to be ended
  let waiting = false; // something is to be sent
  let busy = false;
  let failures = 0; // in a row
  let known = 0; // the number of the latest change by this page
  let shown = { drawing: null, by: "" }; // what everybody sees, as the server has said

  async function pump() {
    if (busy) return;
    busy = true;
    while (waiting) {
      waiting = false;
      await (on ? showState() : end());
      await pause(failures ? RETRY_DELAYS[Math.min(failures, RETRY_DELAYS.length) - 1] : INTERVAL);
    }
    busy = false;
  }

  async function showState() {
    const drawing = drawingOf(frame);
    if (drawing === null) return say("broadcastStrokes");
    if (await accepted({ drawing, edition: frame.edition, by, begin: !begun })) begun = on;
  }

  async function end() {
    const whose = ending;
    if (whose === null || !(await accepted({ drawing: null, by: whose }))) return;
    ending = null;
    forget(whose);
  }

  /** Whether the server has taken a state; where it could not, something is waiting again. */
  async function accepted(broadcast) {
    try {
      const { number } = await command({ broadcast });
      failures = 0;
      known = number;
      say(null);
      return true;
    } catch (error) {
      if (isRefusal(error)) refused(error);
      else {
        failures += 1;
        waiting = true;
        if (!error.refused) say("unreachable"); // else it was too often, which needs no word
      }
      return false;
    }
  }

  function refused(error) {
    failures = 0;
    if (error.refused === BROADCAST_OVER) {
      forget(by);
      return lost();
    }
    on &&= error.refused !== "notTeacher";
    trouble(error);
  }

  /** What was shown of a page is no longer, which the news are still to say. */
  function forget(page) {
    if (shown.by === page) shown = { drawing: null, by: "" };
  }

  /** Another page's drawing is shown, or somebody has ended this one's. */
  function lost() {
    on = begun = false;
    say("broadcastLost");
    changed();
  }

  function send() {
    waiting = true;
    pump();
  }

  listen("answer", (next) => {
    ({ frame } = next);
    if (on) send();
  });
  listen("restart", () => (known = 0));
  listen("broadcast", (next) => {
    if (next.number < known) return; // from before what this page has done since
    shown = next;
    if (on && begun && next.by !== by) lost();
    else changed();
  });
  window.addEventListener("pagehide", () => {
    // The page is closed: it would not wait for an answer.
    if (on) command({ broadcast: { drawing: null, by } }, { keepalive: true }).catch(() => {});
  });
  /** Whose drawing is shown, "" when nobody's. */
  const whose = () => (ending !== null || shown.drawing === null ? "" : shown.by);
  return {
    /** Whether the class sees this page's drawing, also after a reload of the page. */
    get on() {
      return on || whose() === by;
    },
    /** Whether another page's drawing is shown. */
    get others() {
      return !on && ![by, ""].includes(whose());
    },
    toggle() {
      if (this.on) return this.end(by);
      on = true;
      begun = false;
      ending = null;
      send();
      changed();
    },
    /** End what is shown: this page's, or by default another's. */
    end(page = shown.by) {
      on = begun = false;
      ending = page;
      send();
      changed();
    },
  };
}

/** The drawing as a link holds it, "" for an empty pad, null when it cannot be shown. */
function drawingOf({ marks }) {
  if (marks.some((mark) => mark.kind !== "stroke")) return null;
  return marks.length ? encodeStrokes(marks) : "";
}
