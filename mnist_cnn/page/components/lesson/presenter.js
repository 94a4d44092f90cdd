// Pages the cards by keys or a clicker, and presents them in front of a class: the same cards, large.

import { canScroll } from "./card/turning.js";

const KEYS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
const ACROSS = ["ArrowRight", "ArrowLeft"];
const SPACE = " "; // on, and with shift back; only where cards are presented
const PAGE_KEYS = ["PageDown", "PageUp"]; // what a clicker sends: they turn wherever the focus is
const CLOSED = "dialog, [role=menu], .menu"; // by Escape, first
const SCROLLED = ".card, .picture, .wide"; // while a key can still scroll one of them, it turns no card
const OWN = "input, select, textarea, dialog, .menu, [role=application], [role=tab]";

export class Presenter {
  on = false;

  /**
   * @param element of the lesson
   * @param lesson {isOpen(): whether its cards are shown, turn(by): to the next card or the one before,
   *   keep(on): in the address}
   */
  constructor(element, lesson) {
    Object.assign(this, { element, lesson });
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  start() {
    this.lesson.keep(true);
    this.show(true);
    this.element.querySelector("h2").focus({ preventScroll: true }); // keys are for the lesson now
  }

  stop() {
    this.lesson.keep(false);
    this.show(false);
    this.element.querySelector(".present").focus({ preventScroll: true });
  }

  show(on) {
    this.on = on;
    document.body.classList.toggle("presenting", on);
    this.element.querySelector(".leave").hidden = !on;
    if (on) window.scrollTo(0, 0);
  }

  #key(event) {
    if (!this.lesson.isOpen() || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && this.on && !isWithin(event.target, CLOSED)) return this.stop();
    const by = event.key === SPACE && this.on ? (event.shiftKey ? -1 : 1) : KEYS[event.key];
    if (!by || (!PAGE_KEYS.includes(event.key) && uses(event.key, event.target))) return;
    if (!this.on && scrolls(event.key, by, event.target)) return;
    event.preventDefault();
    this.lesson.turn(by);
  }
}

/** Whether a key means something of its own there: space presses buttons, too. */
const uses = (key, target) => isWithin(target, key === SPACE ? `${OWN}, button, summary` : OWN);

/** Whether a key scrolls what has the focus. */
const scrolls = (key, by, target) =>
  isWithin(target, SCROLLED) && canScroll(target, by, ACROSS.includes(key) ? "x" : "y");

const isWithin = (target, selector) => target instanceof Element && Boolean(target.closest(selector));
