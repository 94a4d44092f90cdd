// A button and its menu, by pointer and keyboard, as the ARIA Authoring Practices describe them.
// The menu is a popover: it lies above everything, and nothing clips it.
import { button as makeButton } from "./elements.js";

const RIM = 8; // CSS pixels kept free at the window's edges
const GAP = 4; // CSS pixels between button and menu

/** One item of a menu. */
export const menuItem = (words, act) => makeButton({ role: "menuitem", tabIndex: -1 }, act, words);

export class Menu {
  /**
   * @param button names the menu in its popovertarget
   * @param fill called before the menu opens, to put its items in
   */
  constructor(button, menu, fill) {
    Object.assign(this, { button, menu });
    addPopover(button, menu);
    menu.addEventListener("beforetoggle", ({ newState }) => {
      menu.classList.toggle("open", newState === "open");
      button.setAttribute("aria-expanded", String(newState === "open"));
      if (newState !== "open") return;
      fill(menu);
      this.#place();
    });
    button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      menu.showPopover();
      this.items.at(event.key === "ArrowDown" ? 0 : -1).focus();
    });
    menu.addEventListener("toggle", ({ newState }) => {
      if (newState === "open" && !menu.contains(document.activeElement)) this.items[0].focus();
    });
    menu.addEventListener("keydown", (event) => this.#key(event));
    menu.addEventListener("click", (event) => event.target.closest("[role=menuitem]") && this.close());
    for (const moved of ["scroll", "resize"]) {
      window.addEventListener(moved, () => menu.matches(".open") && this.#place());
    }
  }

  get items() {
    return [...this.menu.querySelectorAll("[role=menuitem]")];
  }

  hide() {
    this.menu.hidePopover();
  }

  close() {
    this.hide();
    this.button.focus();
  }

  #key(event) {
    event.stopPropagation(); // letters are no tools of the pad here, and Escape closes this alone
    const { items } = this;
    const at = items.indexOf(document.activeElement);
    const steps = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    };
    if (event.key in steps) items[steps[event.key]].focus();
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab") return this.hide();
    else if (!this.#seek(event.key, at)) return;
    event.preventDefault();
  }

  /** Go to the next item that begins with a letter; true when there is one. */
  #seek(letter, at) {
    if (letter.length !== 1 || letter === " ") return false;
    const begins = (item) => item.textContent.toLowerCase().startsWith(letter.toLowerCase());
    const { items } = this;
    const found = [...items.slice(at + 1), ...items.slice(0, at + 1)].find(begins);
    found?.focus();
    return Boolean(found);
  }

  /** Above or below the button, where there is more room. */
  #place() {
    const { left, top, bottom } = this.button.getBoundingClientRect();
    const below = window.innerHeight - bottom > top;
    const room = (below ? window.innerHeight - bottom : top) - GAP - RIM;
    const { style } = this.menu;
    style.left = `max(${RIM}px, min(${left}px, 100vw - var(--width) - ${RIM}px))`;
    style.top = below ? `${bottom + GAP}px` : "auto";
    style.bottom = below ? "auto" : `${window.innerHeight - top + GAP}px`;
    style.maxHeight = `${room}px`;
  }
}

/**
 * Let a button open and close a popover where the browser has no popovers: before Safari 17, which is
 * the last for many iPads in schools, and before Chrome 114. The class `open` then shows it, though not
 * in the top layer.
 */
function addPopover(button, popover) {
  if ("popover" in HTMLElement.prototype) return;
  let open = false;
  function turn(to) {
    if (to === open) return;
    open = to;
    for (const type of ["beforetoggle", "toggle"]) {
      popover.dispatchEvent(Object.assign(new Event(type), { newState: to ? "open" : "closed" }));
    }
  }
  popover.removeAttribute("popover");
  button.removeAttribute("popovertarget");
  Object.assign(popover, { showPopover: () => turn(true), hidePopover: () => turn(false) });
  button.addEventListener("click", () => turn(!open));
  document.addEventListener("pointerdown", ({ target }) => {
    if (!popover.contains(target) && !button.contains(target)) turn(false);
  });
}
