// A sentence with an arrow to its target; it covers neither the target nor the pad.
import { listen } from "../../state/events.js";
import { beside } from "./placement.js";

export class Bubble {
  #shown = null; // {words, target}

  /** closed: called when the person wants it no longer */
  constructor(element, closed) {
    this.element = element;
    this.words = element.querySelector("p");
    this.button = element.querySelector(".close");
    this.button.addEventListener("click", closed);
    listen("language", () => this.#shown && this.#write());
    for (const moved of ["scroll", "resize"]) {
      window.addEventListener(moved, () => this.#shown && this.place(), { capture: true, passive: true });
    }
  }

  /**
   * @param words returns the sentence, in the page's language
   * @param target a selector
   * @returns whether there is room for it
   */
  show(words, target) {
    if (!document.querySelector(target)) return false;
    this.#shown = { words, target };
    return this.#write();
  }

  hide() {
    this.#shown = null;
    this.element.classList.remove("shown");
    this.words.textContent = "";
    this.button.hidden = true;
  }

  /** Stand where the target is by now; false when there is no room, and it is hidden. */
  place() {
    const place = this.#findPlace();
    if (!place) {
      this.hide();
      return false;
    }
    const { style, dataset, classList } = this.element;
    dataset.side = place.side;
    style.transform = `translate(${place.left}px, ${place.top}px)`;
    style.setProperty("--towards", `${place.towards}px`);
    classList.add("shown");
    return true;
  }

  #write() {
    const { words } = this.#shown;
    this.button.hidden = false;
    if (this.words.textContent !== words()) this.words.textContent = words();
    return this.place();
  }

  #findPlace() {
    const target = document.querySelector(this.#shown.target);
    const about = target?.getBoundingClientRect();
    if (!about?.width || target.disabled) return null;
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const pad = document.querySelector("#pad .paper").getBoundingClientRect();
    return beside(about, this.element.getBoundingClientRect(), { width, height }, pad);
  }
}
