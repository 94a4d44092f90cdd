// How much room a picture of the lesson has: the place beside the card, which the window bounds.

const LEAST = 240; // pixels: in a lower place the picture scrolls

/**
 * Call `fit` with the width and height that a picture may fill, in CSS pixels, now and whenever they change,
 * as long as `element` is on the page.
 */
export function onRoom(element, fit) {
  const place = element.closest(".picture");
  const observer = new ResizeObserver(() => {
    if (!element.isConnected) return observer.disconnect();
    const { clientWidth: width, clientHeight: height } = place;
    if (width > 0) fit(width, Math.max(LEAST, height));
  });
  observer.observe(place);
}
