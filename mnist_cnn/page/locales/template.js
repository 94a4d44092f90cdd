// The words in the HTML of a component, in a language that a person reads.

/** Fill every element below `root` that names a word; `text` returns the word of a key. */
export function fill(root, text) {
  for (const element of root.querySelectorAll("[data-text]")) {
    element.textContent = text(element.dataset.text);
  }
  for (const element of root.querySelectorAll("[data-label]")) {
    const label = text(element.dataset.label);
    element.setAttribute("aria-label", label);
    element.title = element.dataset.keys ? `${label} (${element.dataset.keys})` : label;
  }
}

/** The first of `known` that is one of the `wanted` languages or close to it, or English: zh-TW reads zh-CN. */
export function closest(wanted, known) {
  for (const tag of wanted.filter(Boolean)) {
    const found = known.includes(tag) ? tag : known.find((one) => primary(one) === primary(tag));
    if (found) return found;
  }
  return "en";
}

const primary = (tag) => tag.split("-")[0].toLowerCase();
