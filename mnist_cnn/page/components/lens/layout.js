// Puts the lens into its place, see placement.js, and draws the lines to its tiles, anew whenever
// something has moved.
import { placed } from "./placement.js";
import { Ties, tie } from "./ties.js";
import { explainedOf, tileOf } from "./tiles.js";

export class Layout {
  #shown = null; // {network, place, opener}
  #before = null; // where it stands
  #stays = false;
  #moves = false;
  #frame = 0;

  /** panel: the lens; svg: for the lines */
  constructor(panel, svg) {
    this.panel = panel;
    this.body = panel.querySelector(".body");
    this.ties = new Ties(svg);
    const moved = () => {
      this.#stays = false;
      this.#place();
    };
    const scrolled = ({ target }) => (this.panel.contains(target) ? this.tie() : moved());
    window.addEventListener("resize", moved);
    document.addEventListener("scroll", scrolled, { passive: true, capture: true });
    new ResizeObserver(() => this.tie()).observe(panel);
  }

  /**
   * @param network of state/layers.js
   * @param place what is explained
   * @param opener the element with which it was chosen
   * @param {boolean} stays whether the lens is to stay where it stands, as far as it covers nothing
   */
  open(network, place, opener, stays) {
    this.#shown = { network, place, opener };
    this.#stays = stays;
    this.#place();
  }

  close() {
    this.#shown = null;
    this.#before = null;
    this.ties.draw([]);
  }

  /** Draw the lines anew: rows have changed. */
  tie() {
    if (this.#shown) this.#later();
  }

  #place() {
    if (!this.#shown) return;
    this.#moves = true;
    this.#later();
  }

  // All others have heard of what was chosen by then, and have marked it.
  #later() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.#shown) return;
      const { network, place, opener } = this.#shown;
      const tile = explainedOf(network, place, opener)?.getBoundingClientRect() ?? null;
      if (this.#moves) this.#stand(tile);
      this.#moves = false;
      this.#tie(network, tile);
    });
  }

  #stand(tile) {
    const { clientWidth: width } = document.documentElement;
    const height = window.innerHeight;
    const at = placed(tile, { width, height }, this.#stays ? this.#before : null);
    this.#before = at;
    const { style } = this.panel;
    style.left = `${at.left}px`;
    style.width = `${at.width}px`;
    style.setProperty("--room", `${at.room}px`);
    style.top = at.from === "top" ? `${at.edge}px` : "auto";
    style.bottom = at.from === "bottom" ? `${height - at.edge}px` : "auto";
  }

  #tie(network, tile) {
    const lens = this.panel.getBoundingClientRect();
    const body = this.body.getBoundingClientRect();
    const lines = [];
    for (const row of this.body.querySelectorAll("[data-source]")) {
      const { top, bottom } = row.getBoundingClientRect();
      const height = (top + bottom) / 2;
      if (top === bottom || height < body.top || height > body.bottom) continue;
      const { source, channel, sum } = row.dataset;
      const from = tileOf(network, source, Number(channel))?.getBoundingClientRect();
      if (from && isSeen(from)) lines.push({ path: tie(lens, from, height), sum: Number(sum) });
    }
    if (tile && isSeen(tile)) lines.push({ path: tie(lens, tile, null), sum: null });
    this.ties.draw(lines.filter(({ path }) => path));
  }
}

const isSeen = ({ left, top, right, bottom }) =>
  right > 0 && bottom > 0 && left < window.innerWidth && top < window.innerHeight;
