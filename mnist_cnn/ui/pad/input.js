// Mouse, finger and pen on the pad become strokes.
import { PAD_SIZE } from "./drawing.js";

/**
 * @param begin called with (x, y, event) when the pen goes down
 * @param extend called with ([x, y, x, y, …], event) while it moves
 * @param end called when it is lifted
 */
export function followPointer(canvas, { begin, extend, end }) {
  let pointer = null; // one at a time: a palm beside the pen draws nothing

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    begin(...position(canvas, event), event);
    event.preventDefault();
  });
  // Raw updates come up to a frame earlier than moves, where the browser has them.
  const move = "onpointerrawupdate" in canvas ? "pointerrawupdate" : "pointermove";
  canvas.addEventListener(move, (event) => {
    if (event.pointerId !== pointer) return;
    // Browsers bundle moves; the smooth line is in the bundle.
    const bundle = event.getCoalescedEvents?.() ?? [];
    const moves = bundle.length ? bundle : [event];
    extend(moves.flatMap((part) => position(canvas, part)), event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      end();
    });
  }
}

function position(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [
    ((event.clientX - box.left) / box.width) * PAD_SIZE,
    ((event.clientY - box.top) / box.height) * PAD_SIZE,
  ];
}
