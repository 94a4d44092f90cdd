// Where a card stands: the chapters as a row of numbered buttons, ticked when they are done, and the way
// back and on.
import { button, make, setLabel } from "../../../dom/elements.js";
import { text } from "../../../locales/language.js";
import { isDone } from "../completed.js";

/**
 * @param part finds an element of the lesson by its class
 * @param shown {chapters, at, card}: the chapter and the card that are open
 * @param choose called with the name of the chapter that is clicked
 */
export function writeContents(part, { chapters, at, card }, choose) {
  const chapter = chapters[at];
  const { cards } = chapter;
  writeChapters(part("chapters"), chapters, at, choose);
  const lead = (name, key, to) => {
    part(name).disabled = !to;
    setLabel(part(name), !to || to === chapter ? text(key) : `${text(key)} · ${to.title}`);
  };
  lead("previous", "lessonPrevious", card > 0 ? chapter : chapters[at - 1]);
  lead("next", "lessonNext", card < cards.length - 1 ? chapter : chapters[at + 1]);
  part("progress").textContent = text("lessonProgress", {
    chapter: at + 1,
    chapters: chapters.length,
    card: card + 1,
    cards: cards.length,
  });
}

function writeChapters(row, chapters, at, choose) {
  const focused = row.contains(document.activeElement) ? document.activeElement.dataset.chapter : null;
  row.replaceChildren(
    ...chapters.map((chapter, i) => {
      const { name, title } = chapter;
      const done = isDone(chapter);
      const label = `${i + 1} ${title}${done ? ` · ${text("lessonDone")}` : ""}`;
      const about = { title: label, "aria-label": label, dataset: { chapter: name } };
      if (i === at) about["aria-current"] = "page";
      if (done) about.className = "done";
      return button(about, () => choose(name), String(i + 1), ...(done ? [make("i", "", "✓")] : []));
    }),
  );
  row.querySelector(`[data-chapter="${focused}"]`)?.focus({ preventScroll: true });
  const { offsetLeft, offsetWidth } = row.children[at];
  row.scrollLeft = offsetLeft - row.offsetLeft - (row.clientWidth - offsetWidth) / 2;
}
