// Where to put a bubble beside its target. Boxes are {left, top, right, bottom}, in CSS
// pixels of the window.

const GAP = 12; // CSS pixels to what it is about: an arrow's length
const RIM = 8; // CSS pixels kept free at the window's edges
const ROUNDING = 20; // CSS pixels of an edge's ends that have no room for an arrow

export const overlap = (a, b) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * @param about the box that is pointed at
 * @param size {width, height} of what stands beside it
 * @param room {width, height} of the window
 * @param free a box that must not be covered, either
 * @returns {{side, left, top, towards}} towards: how far along its edge the middle of `about` is;
 *   null: there is no such place
 */
export function beside(about, size, room, free) {
  const x = (about.left + about.right) / 2;
  const y = (about.top + about.bottom) / 2;
  const left = within(x - size.width / 2, room.width - size.width);
  const top = within(y - size.height / 2, room.height - size.height);
  const across = between(ROUNDING, x - left, size.width - ROUNDING);
  const down = between(ROUNDING, y - top, size.height - ROUNDING);
  const places = [
    { side: "below", left, top: about.bottom + GAP, towards: across },
    { side: "above", left, top: about.top - GAP - size.height, towards: across },
    { side: "right", left: about.right + GAP, top, towards: down },
    { side: "left", left: about.left - GAP - size.width, top, towards: down },
  ];
  const fits = (place) => {
    const box = boxOf(place, size);
    return inside(box, room) && !overlap(box, free) && !overlap(box, about);
  };
  return places.find(fits) ?? null;
}

const boxOf = ({ left, top }, { width, height }) => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});

const inside = ({ left, top, right, bottom }, room) =>
  left >= 0 && top >= 0 && right <= room.width && bottom <= room.height;

const between = (least, value, most) => Math.max(least, Math.min(value, most));

const within = (value, most) => between(RIM, value, most - RIM);
