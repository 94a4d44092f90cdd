// A number flies from where it is worked out to its cell of the map.

const TIME = 190; // milliseconds

/**
 * @param from the element that shows the number, in its colour
 * @param to a canvas with `side` cells in a row and in a column
 * @param place [row, column] of the cell
 */
export function fly(from, to, [row, column], side) {
  const begins = from.getBoundingClientRect();
  const ends = to.getBoundingClientRect();
  if (!begins.width || !ends.width) return; // it is not seen
  const cell = ends.width / side;
  const flying = from.cloneNode(true);
  flying.className = "flying";
  flying.setAttribute("aria-hidden", "true");
  from.parentElement.append(flying);
  const across = ends.left + (column + 0.5) * cell - begins.left - begins.width / 2;
  const up = ends.top + (row + 0.5) * cell - begins.top - begins.height / 2;
  const way = [
    { transform: "none" },
    { transform: `translate(${across}px, ${up}px) scale(${cell / begins.width}, ${cell / begins.height})` },
  ];
  flying.animate(way, { duration: TIME, easing: "ease-in" }).finished.finally(() => flying.remove());
}
