// The wall: digits the class has put up, what they were meant to be and read as, counted live.
import { inPercent } from "../answer/words.js";
import { text, translate, onLanguage } from "../locales/language.js";
import { showConfusion } from "../train/confusion.js";
import { listen } from "../transport/events.js";
import { followWall } from "../transport/news.js";
import { bindPutting } from "./putting.js";
import { Tiles } from "./tiles.js";

/** props.mnist: the share of MNIST's test digits the shipped network reads right, or null */
export function mount(element, props) {
  const part = (name) => element.querySelector(`.${name}`);
  const table = element.querySelector("table");
  const putting = bindPutting(part("put"), (id) => tiles.own(id));
  const tiles = new Tiles(part("digits"), putting.trouble);
  let confusion = null;
  let cell = null; // [meant, read] that alone is shown

  function write() {
    const counts = confusion ?? [];
    const all = counts.flat().reduce((sum, count) => sum + count, 0);
    const right = counts.reduce((sum, row, digit) => sum + row[digit], 0);
    const share = all ? inPercent(right / all) : "–";
    part("empty").hidden = all > 0;
    part("matrix").hidden = all === 0;
    part("score").textContent = all ? score(all, right, share) : "";
    if (confusion) showConfusion(table, confusion, choose);
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
  onLanguage(() => {
    write();
    tiles.write();
  });
  listen("wall", (next) => {
    confusion = next.confusion;
    tiles.update(next);
    write();
  });
  listen("rules", (rules) => putting.allow(rules.wall));
  write();
  followWall();
}
