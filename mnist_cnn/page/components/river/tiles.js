// The river's tiles as buttons over its canvas, to be pointed at, held, clicked and reached by keyboard.
import { IMAGE } from "../../state/layers.js";
import { hasModifier } from "../../dom/keys.js";
import { button, make, place, set } from "../../dom/elements.js";

const LONG_PRESS = 800; // milliseconds of pressing, until a channel is muted

/** The buttons of all slots, column by column; `layout` puts them into their places. */
export class Tiles {
  /**
   * @param element holds them
   * @param columns from columnsOf
   * @param {number} count slots in a column
   */
  constructor(element, columns, count) {
    Object.assign(this, { element, columns, count });
    this.buttons = columns.map(({ kind, layer }) =>
      Array.from({ length: kind === "image" ? 1 : count }, () => tile(kind, layer)),
    );
    element.replaceChildren(...this.buttons.flat());
  }

  layout(geometry) {
    this.buttons.forEach((buttons, column) => {
      buttons.forEach((element, slot) => {
        const { left, top, width, height } = geometry.columns[column].slots[slot];
        const twin = this.columns[column].twin ? geometry.columns[column].twins[slot] : null;
        const right = twin ? twin.left + twin.width : left + width;
        place(element, { left, top, width: right - left, height });
      });
    });
  }

  /** Which channels they stand for now, and, once the pen rests, what these bring. */
  show(slots) {
    slots.forEach((channels, column) => {
      channels.forEach((channel, slot) => {
        const element = this.buttons[column][slot];
        const name = channel === null ? "" : String(channel);
        if (element.dataset.kind === "image" || element.dataset.channel === name) return;
        element.dataset.channel = name;
        element.disabled = channel === null;
      });
    });
  }

  /** Say what each is, for those who cannot see it. */
  describe(sentence) {
    this.buttons.forEach((buttons, column) => {
      buttons.forEach((element, slot) => set(element, { "aria-label": sentence(column, slot) }));
    });
  }

  /** The column and slot of a button, or null. */
  find(target) {
    const element = target.closest?.(".tile");
    const column = this.buttons.findIndex((buttons) => buttons.includes(element));
    return column < 0 ? null : { column, slot: this.buttons[column].indexOf(element) };
  }
}

function tile(kind, layer) {
  const dataset = { kind, layer: layer?.name ?? IMAGE };
  return button({ className: `tile ${kind}`, disabled: kind !== "image", dataset });
}

/**
 * What hands do with tiles.
 * @param element holds the buttons
 * @param does {find(target), hold(at | null), open(at, event), mute(at)}; at: {column, slot}, what
 *   find returns of a button, or null
 */
export function followHands(element, { find, hold, open, mute }) {
  let timer = null;
  let muted = false; // the press that ends now has muted: it opens nothing

  const release = () => clearTimeout(timer);
  element.addEventListener("pointerover", (event) => hold(find(event.target)));
  element.addEventListener("pointerout", (event) => {
    release();
    if (!event.relatedTarget || !find(event.relatedTarget)) hold(null);
  });
  element.addEventListener("focusin", (event) => hold(find(event.target)));
  element.addEventListener("focusout", () => hold(null));
  element.addEventListener("pointerdown", (event) => {
    const at = find(event.target);
    muted = false;
    release();
    if (!at || event.button !== 0) return;
    hold(at);
    timer = setTimeout(() => {
      muted = true;
      mute(at);
    }, LONG_PRESS);
  });
  for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, release);
  element.addEventListener("contextmenu", (event) => muted && event.preventDefault());
  element.addEventListener("click", (event) => {
    const at = find(event.target);
    if (at && !muted) open(at, event);
    muted = false;
  });
  element.addEventListener("keydown", (event) => {
    const at = find(event.target);
    if (!at || event.key.toLowerCase() !== "m" || hasModifier(event)) return;
    mute(at);
    event.preventDefault();
  });
}

/** The heading of a column: a plain word, and the technical names below it. */
export const heading = (kind, word, names) =>
  make("p", `label ${kind}`, make("b", "", word), ...names.flatMap((name) => [" ", make("small", "", name)]));
