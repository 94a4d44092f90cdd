// The digits on the wall as pictures, the newest first. A click puts one on the pad; one's own, and
// the teacher any, can be taken off.
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { button, make, setLabel } from "../../dom/elements.js";
import { inPercent } from "../../locales/numbers.js";
import { text } from "../../locales/language.js";
import { inkOnPaper } from "../../painting/canvas.js";
import { ask } from "../../transport/http.js";
import { getItem, setItem } from "../../transport/storage.js";
import { emit, valueOf } from "../../state/events.js";

const STORAGE_KEY = "mnist_cnn.wall"; // the ids of this person's own

export class Tiles {
  #list;
  #trouble;
  #tiles = new Map(); // id: {digit, item, …}
  #own = new Set(JSON.parse(getItem(sessionStorage, STORAGE_KEY)) ?? []);
  #cell = null;

  /** list: the element that holds them; trouble(error): told why one cannot be taken off */
  constructor(list, trouble) {
    this.#list = list;
    this.#trouble = trouble;
  }

  /** What the server says of the wall: the numbers of all, and those added since it said so last. */
  update({ ids, added }) {
    const left = new Set(ids);
    for (const [id, { item }] of this.#tiles) {
      if (left.has(id)) continue;
      item.remove();
      this.#tiles.delete(id);
    }
    for (const digit of added) {
      if (this.#tiles.has(digit.id)) continue;
      const tile = createTile(digit, this.#trouble);
      this.#tiles.set(digit.id, tile);
      this.#list.prepend(tile.item);
      this.#write(tile);
    }
  }

  /** All digits, the newest first. */
  get digits() {
    return [...this.#tiles.values()].map(({ digit }) => digit).toReversed();
  }

  /** A digit on the wall is this person's. */
  own(id) {
    this.#own.add(id);
    setItem(sessionStorage, STORAGE_KEY, JSON.stringify([...this.#own]));
    this.write();
  }

  /** Show only digits of one cell [meant, read]; null: all. */
  filter(cell) {
    this.#cell = cell;
    this.write();
  }

  /** Say everything in the page's language. */
  write() {
    for (const tile of this.#tiles.values()) this.#write(tile);
  }

  #write({ digit, item, open, off }) {
    const { meant, read, probability, doubted, id } = digit;
    item.hidden = this.#cell !== null && (doubted || `${[meant, read]}` !== `${this.#cell}`);
    off.hidden = !this.#own.has(id) && !valueOf("teacher").known;
    const key = doubted ? "wallDigitDoubted" : "wallDigit";
    setLabel(open, text(key, { meant, read, percent: inPercent(probability) }));
    setLabel(off, text("takeOff"));
  }
}

function createTile(digit, trouble) {
  const { id } = digit;
  const open = button("open", () => putOnPad(digit), pictureOf(digit), make("span", "caption", captionOf(digit)));
  // The wall itself shows when it worked.
  const remove = () => ask("wall", { method: "DELETE", query: { id } }).catch(trouble);
  const off = button("off", remove, "×");
  const item = make("li", kindOf(digit), open, off);
  return { digit, item, open, off };
}

/** The 28×28 ink levels of a digit of the wall. */
export const pixelsOf = ({ image }) => Uint8Array.from(atob(image), (character) => character.charCodeAt(0));

/** A digit of the wall as a canvas. */
export const pictureOf = (digit) => inkOnPaper(pixelsOf(digit));

/** Put a digit of the wall on the pad. */
export function putOnPad(digit) {
  emit("picture", { width: IMAGE_SIZE, height: IMAGE_SIZE, pixels: pixelsOf(digit) });
}

/** What became of a digit, as the class of its tile: "" where it was read as it was meant. */
export const kindOf = ({ meant, read, doubted }) => (doubted ? "doubted" : meant === read ? "" : "misread");

/** What is written below a digit: what was meant, what was read, or that it may be none. */
export const captionOf = ({ meant, read, doubted }) =>
  doubted ? `${meant}?` : meant === read ? String(meant) : `${meant}→${read}`;
