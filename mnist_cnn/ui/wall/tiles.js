// The digits on the wall as pictures, the newest first. A click puts one on the pad; one's own, and
// the teacher any, can be taken off.
import { inPercent } from "../answer/words.js";
import { text } from "../locales/language.js";
import { inkOnPaper } from "../pad/canvas.js";
import { ask, teachersToken } from "../transport/asking.js";
import { emit } from "../transport/events.js";

const SIDE = 28; // pixels
const KEPT = "mnist_cnn.wall"; // the numbers of one's own

export class Tiles {
  #list;
  #trouble;
  #tiles = new Map(); // id: {digit, item, …}
  #own = new Set(JSON.parse(sessionStorage.getItem(KEPT)) ?? []);
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

  /** A digit on the wall is this person's. */
  own(id) {
    this.#own.add(id);
    sessionStorage.setItem(KEPT, JSON.stringify([...this.#own]));
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
    const { meant, read, probability, id } = digit;
    const [row, column] = this.#cell ?? [meant, read];
    item.hidden = meant !== row || read !== column;
    off.hidden = !this.#own.has(id) && !teachersToken();
    open.title = text("wallDigit", { meant, read, percent: inPercent(probability) });
    open.setAttribute("aria-label", open.title);
    off.title = text("takeOff");
    off.setAttribute("aria-label", off.title);
  }
}

function createTile(digit, trouble) {
  const { id, meant, read } = digit;
  const pixels = Uint8Array.from(atob(digit.image), (character) => character.charCodeAt(0));
  const item = document.createElement("li");
  item.classList.toggle("misread", meant !== read);
  const open = createButton("open", () => {
    emit("picture", { width: SIDE, height: SIDE, pixels });
  });
  const caption = document.createElement("span");
  caption.className = "caption";
  caption.textContent = meant === read ? meant : `${meant}→${read}`;
  open.append(inkOnPaper(pixels), caption);
  const off = createButton("off", () => {
    // Whether it worked is seen on the wall itself.
    ask("wall", { method: "DELETE", query: { id } }).catch(trouble);
  });
  off.textContent = "×";
  item.append(open, off);
  return { digit, item, open, off };
}

function createButton(name, act) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: name });
  button.addEventListener("click", act);
  return button;
}
