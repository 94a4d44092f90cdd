// Popovers where the browser has none: before Safari 17, the last of many an iPad in schools, and
// before Chrome 114. They are then shown by their style, with `.open`, and not in the top layer.

/** Let a button open and close `popover`, by the methods and events that browsers have for it. */
export function teachPopovers(button, popover) {
  if ("popover" in HTMLElement.prototype) return;
  let open = false;
  function turn(to) {
    if (to === open) return;
    open = to;
    for (const type of ["beforetoggle", "toggle"]) {
      popover.dispatchEvent(Object.assign(new Event(type), { newState: to ? "open" : "closed" }));
    }
  }
  popover.removeAttribute("popover");
  button.removeAttribute("popovertarget");
  Object.assign(popover, { showPopover: () => turn(true), hidePopover: () => turn(false) });
  button.addEventListener("click", () => turn(!open));
  document.addEventListener("pointerdown", ({ target }) => {
    if (!popover.contains(target) && !button.contains(target)) turn(false);
  });
}
