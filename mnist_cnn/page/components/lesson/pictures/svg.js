// Makes SVG elements, which need a namespace of their own.

const NAMESPACE = "http://www.w3.org/2000/svg";

/** A new SVG element with attributes, and others, or words, in it. */
export function svg(tag, attributes = {}, ...content) {
  const element = document.createElementNS(NAMESPACE, tag);
  setAttributes(element, attributes);
  element.append(...content);
  return element;
}

export function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/** Words at a place; anchor: which end of them is there, "start", "middle" or "end". */
export const label = (x, y, words, anchor = "middle", more = {}) =>
  svg("text", { x, y, "text-anchor": anchor, ...more }, words);
