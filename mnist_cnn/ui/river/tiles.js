// The river's tiles as buttons over its canvas: what is painted there can be pointed at, held,
// clicked and reached by keyboard.

const LONG = 800; // milliseconds of pressing, until a channel is muted

/** The buttons of all slots, column by column; `layout` puts them into their places. */
export class Tiles {
  /**
   * @param element holds them
   * @param columns as columnsOf has them
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
      buttons.forEach((button, slot) => {
        const { left, top, width, height } = geometry.columns[column].slots[slot];
        const twin = this.columns[column].twin ? geometry.columns[column].twins[slot] : null;
        const right = twin ? twin.left + twin.width : left + width;
        lay(button, { left, top, width: right - left, height });
      });
    });
  }

  /** Which channels they stand for now, and, once the pen rests, what these bring. */
  show(slots) {
    slots.forEach((channels, column) => {
      channels.forEach((channel, slot) => {
        const button = this.buttons[column][slot];
        const name = channel === null ? "" : String(channel);
        if (button.dataset.kind === "image" || button.dataset.channel === name) return;
        button.dataset.channel = name;
        button.disabled = channel === null;
      });
    });
  }

  /** Say what each is, for those who cannot see it. */
  describe(sentence) {
    this.buttons.forEach((buttons, column) => {
      buttons.forEach((button, slot) => (button.ariaLabel = sentence(column, slot)));
    });
  }

  /** The column and slot of a button, or null. */
  find(target) {
    const button = target.closest?.(".tile");
    const column = this.buttons.findIndex((buttons) => buttons.includes(button));
    return column < 0 ? null : { column, slot: this.buttons[column].indexOf(button) };
  }
}

export function lay({ style }, { left, top, width, height }) {
  for (const [side, value] of Object.entries({ left, top, width, height })) style[side] = `${value}px`;
}

function tile(kind, layer) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: `tile ${kind}` });
  Object.assign(button.dataset, { kind, layer: layer?.name ?? "image" });
  if (kind !== "image") button.disabled = true;
  return button;
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
    }, LONG);
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
    if (!at || event.key.toLowerCase() !== "m") return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    mute(at);
    event.preventDefault();
  });
}

/** The heading of a column: a plain word, and the technical names beneath. */
export function heading(kind, word, names) {
  const label = document.createElement("p");
  label.className = `label ${kind}`;
  const large = document.createElement("b");
  large.textContent = word;
  label.append(large);
  for (const name of names) {
    const small = document.createElement("small");
    small.textContent = name;
    label.append(" ", small);
  }
  return label;
}
