// The chapters as a row of numbers, the one that is open marked.
import { make } from "../lens/elements.js";

/** choose: called with the name of the chapter that is clicked */
export const chapterButtons = (chapters, at, choose) =>
  chapters.map(({ name, title }, i) => {
    const button = make("button", "", String(i + 1));
    button.type = "button";
    button.title = title;
    button.setAttribute("aria-label", `${i + 1} ${title}`);
    button.dataset.chapter = name;
    if (i === at) button.setAttribute("aria-current", "page");
    button.addEventListener("click", () => choose(name));
    return button;
  });
