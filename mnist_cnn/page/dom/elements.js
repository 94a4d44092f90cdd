// Makes, finds, fills and places elements.

/**
 * A new element.
 * @param {string} tag
 * @param {string | object} about its class, or its properties; names with a hyphen, and role, are
 *   attributes, and dataset is an object
 * @param {...(string | Node)} content
 */
export function make(tag, about = "", ...content) {
  const element = document.createElement(tag);
  set(element, typeof about === "string" ? { className: about } : about);
  element.append(...content);
  return element;
}

/** A new button that calls `act`, if it is given, with the click; the rest as for `make`. */
export function button(about, act, ...content) {
  const element = make("button", about, ...content);
  element.type = "button";
  if (act) element.addEventListener("click", act);
  return element;
}

/** A table row; what is no cell itself becomes one, a "td" or "th". */
export function tableRow(tag, ...cells) {
  return make("tr", "", ...cells.map((cell) => (isCell(cell) ? cell : make(tag, "", cell))));
}

const isCell = (content) => content instanceof HTMLTableCellElement;

/** A radio button as a card: a name, and below it what it means. */
export function radioCard(group, { checked, value = "on" }, name, words) {
  const input = make("input", { type: "radio", name: group, checked, value });
  return { card: make("label", "", input, name, words), input };
}

/** Set properties of an element, see `make`. */
export function set(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "role" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
}

/** Name an element: what the pointer and the screen reader say of it. */
export const setLabel = (element, words) => set(element, { title: words, "aria-label": words });

/** A function that finds the first element of a class below `root`. */
export const partsOf = (root) => (name) => root.querySelector(`.${name}`);

/** Set the text of an element if it changes: even the same text would make the browser lay out the page. */
export function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Call `point` with true when the pointer or the focus comes to an element, with false when it leaves. */
export function onPointing(element, point) {
  for (const name of ["pointerenter", "focus"]) element.addEventListener(name, () => point(true));
  for (const name of ["pointerleave", "blur"]) element.addEventListener(name, () => point(false));
}

/** The cell of a grid over an element that the pointer is on, or the nearest one: [row, column]. */
export function cellUnder({ clientX, clientY }, element, rows, columns) {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [inside((clientY - top) / height, rows), inside((clientX - left) / width, columns)];
}

const inside = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));

/** Put an element into a box, {left, top, width, height} in CSS pixels, or some of these. */
export function place({ style }, box) {
  for (const [side, length] of Object.entries(box)) style[side] = `${length}px`;
}

/** Lay an element over a region, {left, top, right, bottom}, of a picture of `width` × `height`. */
export function cover({ style }, { left, top, right, bottom }, width, height = width) {
  Object.assign(style, { left: percent(left, width), top: percent(top, height) });
  Object.assign(style, { width: percent(right - left, width), height: percent(bottom - top, height) });
}

const percent = (length, side) => `${(100 * length) / side}%`;
