// The wall as large as the screen, for the projector: tiles as large as fit, misread ones larger. Arrivals fly in.
import { button, make, partsOf, write } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { showView } from "../header/views.js";
import { follow } from "../../state/events.js";
import { packed } from "./packing.js";
import { captionOf, kindOf, pictureOf, putOnPad } from "./tiles.js";

const RATIO = 1.3; // height of a tile, with its caption, over its width
const LARGE_SHARE = 1 / 3; // misread ones grow unless they are more than this of all
const FLIGHT = { duration: 700, easing: "cubic-bezier(0.2, 0.9, 0.3, 1)" };
const MOVE = { duration: 350, easing: "ease-out" };
const ORDER = ["misread", "", "doubted"]; // the kinds, as they stand

/** dialog: the element that covers the screen; returns {open(digits), show(digits)} */
export function createProjectedWall(dialog) {
  const part = partsOf(dialog);
  const items = new Map(); // id: the element of a tile
  let digits = [];

  function show(next) {
    digits = next;
    if (dialog.open) layOut();
  }

  function layOut() {
    const moves = items.size > 0 && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const before = moves ? places() : null;
    const sorted = ORDER.flatMap((kind) => digits.filter((digit) => kindOf(digit) === kind));
    const misread = digits.filter((digit) => kindOf(digit) === "misread").length;
    const large = misread <= digits.length * LARGE_SHARE ? misread : 0;
    const field = part("field");
    const { clientWidth, clientHeight } = field;
    const { columns, side } = packed(digits.length - large, large, clientWidth, clientHeight, RATIO);
    field.style.setProperty("--side", `${side}px`);
    field.style.setProperty("--columns", columns);
    field.classList.toggle("grown", large > 0);
    const left = new Set(digits.map(({ id }) => id));
    for (const [id, item] of items) {
      if (left.has(id)) continue;
      item.remove();
      items.delete(id);
    }
    for (const digit of sorted) if (!items.has(digit.id)) items.set(digit.id, itemOf(digit, leaveWith));
    // What is there stays where it is: it may have the focus.
    for (const [i, { id }] of sorted.entries()) {
      if (field.children[i] !== items.get(id)) field.insertBefore(items.get(id), field.children[i] ?? null);
    }
    say();
    if (before) fly(before);
  }

  const places = () => new Map([...items].map(([id, item]) => [id, item.getBoundingClientRect()]));

  /** Move what was there to its new place, and let the others fly in. */
  function fly(before) {
    const { width, bottom } = dialog.getBoundingClientRect();
    for (const [id, now] of places()) {
      const from = before.get(id) ?? { left: width / 2, top: bottom, width: now.width / 3 };
      const shift = `translate(${from.left - now.left}px, ${from.top - now.top}px)`;
      const scale = `scale(${from.width / now.width})`;
      items.get(id).animate(
        [{ transform: `${shift} ${scale}`, transformOrigin: "0 0" }, { transform: "none", transformOrigin: "0 0" }],
        before.has(id) ? MOVE : FLIGHT,
      );
    }
  }

  function say() {
    const count = (kind) => digits.filter((digit) => kindOf(digit) === kind).length;
    const [misread, doubted] = [count("misread"), count("doubted")];
    const parts = [
      text("wallCounts", { all: digits.length }),
      misread ? text("wallMisread", { count: misread }) : "",
      doubted ? text("wallDoubted", { count: doubted }) : "",
    ];
    write(part("counts"), parts.filter(Boolean).join(" · "));
  }

  function open(next) {
    digits = next;
    items.clear();
    part("field").replaceChildren();
    dialog.showModal();
    layOut();
    // Where a browser has no full screen, or refuses, the wall covers the page.
    document.documentElement.requestFullscreen?.().catch(() => {});
  }

  function close() {
    if (document.fullscreenElement) document.exitFullscreen();
    if (dialog.open) dialog.close();
  }

  /** A tile is tapped: the network's reason is in the view of the layers. */
  function leaveWith(digit) {
    close();
    putOnPad(digit);
    showView("layers");
  }

  dialog.addEventListener("close", close);
  document.addEventListener("fullscreenchange", () => document.fullscreenElement || close());
  part("leave").addEventListener("click", close);
  new ResizeObserver(() => dialog.open && layOut()).observe(dialog);
  follow([], say);
  return { open, show };
}

function itemOf(digit, choose) {
  const tile = button("tile", () => choose(digit), pictureOf(digit), make("span", "caption", captionOf(digit)));
  return make("li", kindOf(digit), tile);
}
