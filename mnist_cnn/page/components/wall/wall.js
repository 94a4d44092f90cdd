// The wall: digits the class has put up, what they were meant to be and read as, counted live.
import { partsOf } from "../../dom/elements.js";
import { inPercent } from "../../locales/numbers.js";
import { text, translate } from "../../locales/language.js";
import { showConfusion } from "../train/results/confusion.js";
import { follow, listen, valueOf } from "../../state/events.js";
import { followWall } from "../../state/news.js";
import { createWallButtons } from "./buttons.js";
import { createProjectedWall } from "./projected.js";
import { Tiles } from "./tiles.js";

/** props.mnist: the share of MNIST's test digits the shipped network reads right, or null */
export function mount(element, props) {
  const part = partsOf(element);
  const table = element.querySelector("table");
  const putting = createWallButtons(part("put"), (id) => tiles.own(id));
  const tiles = new Tiles(part("digits"), putting.trouble);
  const projected = createProjectedWall(part("projected"));
  let cell = null; // [meant, read] that alone is shown

  function write() {
    const counts = valueOf("wall")?.confusion ?? [];
    const all = counts.flat().reduce((sum, count) => sum + count, 0);
    const right = counts.reduce((sum, row, digit) => sum + row[digit], 0);
    const share = all ? inPercent(right / all) : "–";
    const { digits } = tiles;
    const doubted = digits.filter((digit) => digit.doubted).length;
    part("empty").hidden = digits.length > 0;
    part("fill").hidden = digits.length === 0;
    part("matrix").hidden = all === 0;
    const apart = doubted ? text("wallDoubtedApart", { count: doubted }) : "";
    part("score").textContent = [all ? score(all, right, share) : "", apart].filter(Boolean).join(" ");
    if (counts.length) showConfusion(table, counts, choose);
    if (cell) table.rows[cell[0] + 1].cells[cell[1] + 1].firstChild?.setAttribute("aria-pressed", "true");
    part("filter").hidden = !cell;
    if (cell) {
      const [meant, read] = cell;
      part("filter").firstChild.textContent = text("wallFilter", { meant, read });
    }
  }

  function score(all, right, share) {
    if (props.mnist === null) return text("wallScore", { all, right, share });
    return text("wallScores", { all, right, share, mnist: inPercent(props.mnist) });
  }

  function choose(next) {
    cell = cell && next && cell.join() === next.join() ? null : next;
    tiles.filter(cell);
    write();
  }

  translate(element);
  part("filter").querySelector("button").addEventListener("click", () => choose(null));
  part("fill").addEventListener("click", () => projected.open(tiles.digits));
  listen("wall", (next) => {
    tiles.update(next);
    write();
    projected.show(tiles.digits);
  });
  follow(["teacher"], () => {
    write();
    tiles.write();
  });
  followWall();
}
