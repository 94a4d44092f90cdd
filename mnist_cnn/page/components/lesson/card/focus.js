// Keeps the focus in the lesson where a change hides, disables or removes what had it.

/** Make a change of `element`; where what had the focus in it is gone then, `instead` has it. */
export function keepFocus(element, instead, change) {
  const hadFocus = element.contains(document.activeElement);
  change();
  const { activeElement } = document;
  const isLost = !element.contains(activeElement) || activeElement.disabled || !activeElement.getClientRects().length;
  if (hadFocus && isLost) instead.focus({ preventScroll: true });
}
