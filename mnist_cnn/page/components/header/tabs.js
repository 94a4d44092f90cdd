// The tabs of the views, by pointer and arrow keys. On the teacher's page, the tab of the class says so.
import { button, make } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { follow, listen, valueOf } from "../../state/events.js";
import { VIEWS, showView } from "./views.js";

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export function createTabs(list) {
  const names = Object.keys(VIEWS);
  const tabs = names.map((name) => createTab(name));
  list.append(...tabs);
  const label = () => {
    tabs.forEach((tab, i) => tab.replaceChildren(make("span", "", text(VIEWS[names[i]]))));
    if (!valueOf("teacher").known) return;
    const tab = tabs[names.indexOf("class")];
    tab.append(" ", make("small", "", text("teacher")));
    tab.title = text("teacherHint");
  };
  follow(["teacher"], label);
  list.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    const next = (tabs.indexOf(event.target) + step + tabs.length) % tabs.length;
    tabs[next].focus();
    showView(names[next]);
    event.preventDefault();
  });
  listen("view", ({ name }) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(names[i] === name));
      tab.tabIndex = names[i] === name ? 0 : -1;
    });
  });
}

function createTab(view) {
  const about = { role: "tab", dataset: { view }, "aria-controls": `view-${view}` };
  return button(about, () => showView(view));
}
