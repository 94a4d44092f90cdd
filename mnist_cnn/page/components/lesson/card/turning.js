// Turns cards by the wheel and by swiping: one card for a gesture, and none while something under it can
// be scrolled itself.

const NOTCH = 40; // CSS pixels of scrolling that turn a card
const QUIET = 250; // milliseconds without the wheel, after which a new gesture begins
const PAUSE = 600; // the same, from one card to the next
const SWIPE = 48; // CSS pixels
const OVER = "#lesson :is(.card, .picture), #view-layers";
const OWN = "canvas, button, input, select, textarea, summary, label, a, [role=application]"; // they move themselves

/**
 * @param isOpen whether cards can be turned now
 * @param turn called with 1 or -1
 */
export function followGestures(isOpen, turn) {
  const isOver = (target) => isOpen() && target instanceof Element && target.closest(OVER);
  followWheel(isOver, turn);
  followSwipes((target) => isOver(target) && !target.closest(OWN), turn);
}

function followWheel(isOver, turn) {
  let last = -Infinity; // when the wheel moved
  let turned = -Infinity; // when it turned a card
  let way = 0; // how far in this gesture; null: the gesture has done its work

  const listener = (event) => {
    if (event.timeStamp - last > QUIET && event.timeStamp - turned > PAUSE) way = 0;
    last = event.timeStamp;
    if (event.ctrlKey || way === null || !isOver(event.target)) return;
    if (canScroll(event.target, event.deltaY)) {
      way = null;
      return;
    }
    way += event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : NOTCH);
    if (Math.abs(way) < NOTCH) return;
    turn(Math.sign(way));
    way = null;
    turned = event.timeStamp;
  };
  document.addEventListener("wheel", listener, { passive: true });
}

function followSwipes(isFor, turn) {
  let from = null; // where a single finger came down

  document.addEventListener(
    "touchstart",
    ({ touches, target }) => {
      const [{ clientX, clientY }] = touches;
      from = touches.length === 1 && isFor(target) ? { clientX, clientY, target } : null;
    },
    { passive: true },
  );
  document.addEventListener("touchend", ({ changedTouches: [to] }) => {
    if (!from) return;
    const [across, down] = [from.clientX - to.clientX, from.clientY - to.clientY];
    const way = Math.abs(across) > Math.abs(down) ? across : down;
    if (Math.abs(way) >= SWIPE && (way === across || !canScroll(from.target, down))) turn(Math.sign(way));
    from = null;
  });
}

/** Whether something around an element can be scrolled by so much, down ("y") or across ("x"). */
export function canScroll(element, by, axis = "y") {
  const [size, room, at] =
    axis === "y" ? ["scrollHeight", "clientHeight", "scrollTop"] : ["scrollWidth", "clientWidth", "scrollLeft"];
  for (let box = element; box; box = box.parentElement) {
    const most = box[size] - box[room];
    if (most < 2) continue;
    const style = getComputedStyle(box)[`overflow-${axis}`];
    const scrolls = box === document.documentElement || /auto|scroll/.test(style);
    if (scrolls && (by > 0 ? box[at] < most - 1 : box[at] > 1)) return true;
  }
  return false;
}
