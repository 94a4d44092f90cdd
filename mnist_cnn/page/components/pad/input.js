// Mouse, finger and pen on the pad become strokes: one at a time, and the pen comes first.
//
// Hands rest on the glass beside a pen, and two fingers mean to zoom or scroll the page. What such a
// touch has drawn before it was known for one is taken back.
import { PAD_SIZE } from "./drawing.js";

const ERASER = 5; // the button at the other end of a pen
const PEN_RESTS = 500; // milliseconds between two strokes of a pen, while the hand stays on the glass
const YOUNG = 200; // milliseconds: the first of two fingers lands at most so long before the second
const SHORT = 12; // pad units: a finger that waits for the second, or a palm, moves no farther

/**
 * @param begin called with (x, y, event) when the pen goes down
 * @param extend called with ([x, y, x, y, …], event) while it moves
 * @param end called when it is lifted
 * @param takeBack called instead of `end` when it was no stroke, or after it when a pen shows that
 */
export function followPointer(canvas, { begin, extend, end, takeBack }) {
  let drawing = null; // the pointer that draws: {id, type, from: [x, y], at: milliseconds, far}
  let cancelled = -Infinity; // when the system took a touch away, whose line was kept
  let penSeen = -Infinity; // when a pen was last on the pad or close above it
  const touches = new Set(); // of those that are on the pad, the ids

  function finish(finished = end) {
    if (!drawing) return;
    drawing = null;
    finished();
  }

  function forget() {
    touches.clear();
    if (drawing?.type === "touch") finish();
  }

  const isPassing = ({ timeStamp }) => !drawing.far || timeStamp - drawing.at < YOUNG;

  /** Whether a pointer that has come down draws from now on. */
  function draws(event) {
    const { pointerType: type, button, timeStamp } = event;
    if (button !== 0 && !isEraser(event)) return false;
    if (type === "pen" && drawing?.type === "touch") finish(takeBack);
    if (type === "pen") {
      if (timeStamp - cancelled < PEN_RESTS) takeBack(); // it was the palm's
      cancelled = -Infinity;
    }
    if (type !== "touch") return !drawing;
    if (timeStamp - penSeen < PEN_RESTS) return false;
    if (touches.size === 1) return !drawing;
    // A second finger. Beside a stroke on its way it is a hand at rest: that stroke goes on.
    if (drawing?.type === "touch" && isPassing(event)) finish(takeBack);
    return false;
  }

  // Raw updates come up to a frame earlier than moves, where the browser has them.
  const move = "onpointerrawupdate" in canvas ? "pointerrawupdate" : "pointermove";
  for (const name of ["pointerdown", move, "pointerup"]) {
    canvas.addEventListener(name, ({ pointerType, timeStamp }) => {
      if (pointerType === "pen") penSeen = timeStamp;
    });
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") {
      if (event.isPrimary) forget(); // there is no other: the end of one was lost
      touches.add(event.pointerId);
    }
    if (!draws(event)) return;
    const from = position(canvas, event);
    drawing = { id: event.pointerId, type: event.pointerType, from, at: event.timeStamp, far: false };
    capture(canvas, event.pointerId);
    begin(...from, event);
    event.preventDefault();
  });
  canvas.addEventListener(move, (event) => {
    if (event.pointerId !== drawing?.id) return;
    // Browsers bundle moves; the smooth line is in the bundle.
    const bundle = event.getCoalescedEvents?.() ?? [];
    const moves = bundle.length ? bundle : [event];
    const points = moves.map((part) => position(canvas, part));
    drawing.far ||= points.some(([x, y]) => Math.hypot(x - drawing.from[0], y - drawing.from[1]) > SHORT);
    extend(points.flat(), event);
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(name, (event) => {
      touches.delete(event.pointerId);
      if (event.pointerId !== drawing?.id) return;
      // The browser or the system takes a touch for its own gesture, or for a palm. A line that was
      // drawn for a while is kept all the same: undo is close, and drawing it again is not.
      const isTaken = name === "pointercancel" && drawing.type === "touch";
      const isGesture = isTaken && isPassing(event);
      finish(isGesture ? takeBack : end);
      if (isTaken && !isGesture) cancelled = event.timeStamp;
    });
  }
  window.addEventListener("blur", () => finish()); // another window hears when it is lifted

  // No palm zooms the page under a stroke; and Safari waits for no gesture, nor for handwriting of a
  // Pencil, which costs quick strokes their beginning. Two fingers draw nothing, so they may zoom.
  canvas.addEventListener("touchmove", (event) => drawing && event.preventDefault(), { passive: false });
  canvas.addEventListener("contextmenu", (event) => {
    if ((event.pointerType ?? "mouse") !== "mouse") event.preventDefault(); // a finger that rests asks for none
  });
}

/** Whether a pen is held the other way round. */
export const isEraser = ({ button }) => button === ERASER;

/** Moves beside the canvas come to it, too; none come of a pointer that is gone already. */
function capture(canvas, pointer) {
  try {
    canvas.setPointerCapture(pointer);
  } catch (error) {
    if (error.name !== "NotFoundError") throw error;
  }
}

function position(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [
    ((event.clientX - box.left) / box.width) * PAD_SIZE,
    ((event.clientY - box.top) / box.height) * PAD_SIZE,
  ];
}
