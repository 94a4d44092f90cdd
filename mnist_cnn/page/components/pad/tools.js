// The pad's buttons and their keys.

/**
 * @param root the element with the buttons
 * @param keys the element whose key presses count
 * @param actions {brush, eraser, undo, redo, clear, size(units)}
 */
export function bindTools(root, keys, actions) {
  const size = root.querySelector(".size");
  for (const name of ["brush", "eraser", "undo", "redo", "clear"]) {
    root.querySelector(`.${name}`).addEventListener("click", () => actions[name]());
  }
  size.addEventListener("input", () => actions.size(Number(size.value)));

  keys.addEventListener("keydown", (event) => {
    const name = actionFor(event);
    if (!name || isTyping(event.target)) return;
    event.preventDefault();
    if (name === "thinner" || name === "thicker") {
      if (name === "thinner") size.stepDown();
      else size.stepUp();
      actions.size(Number(size.value));
    } else {
      actions[name]();
    }
  });
}

function actionFor(event) {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "y" || (key === "z" && event.shiftKey)) return "redo";
    return key === "z" ? "undo" : null;
  }
  if (event.altKey) return null;
  const keys = { b: "brush", e: "eraser", delete: "clear", backspace: "clear" };
  return keys[key] ?? { "[": "thinner", "]": "thicker" }[key] ?? null;
}

const isTyping = (target) =>
  target instanceof Element &&
  target.matches("input:not([type=range]), textarea, select, [contenteditable]");
