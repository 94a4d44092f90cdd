// The tabs of the views, by pointer and by arrow keys. The teacher's page is marked at that of the class.
import { text, onLanguage } from "../locales/language.js";
import { listen } from "../transport/events.js";
import { VIEWS, showView } from "./views.js";

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export function createTabs(list) {
  const names = Object.keys(VIEWS);
  const tabs = names.map((name) => createTab(name));
  list.append(...tabs);
  let teaches = false;
  const label = () => {
    tabs.forEach((tab, i) => tab.replaceChildren(word("span", VIEWS[names[i]])));
    if (!teaches) return;
    const tab = tabs[names.indexOf("class")];
    tab.append(" ", word("small", "teacher"));
    tab.title = text("teacherHint");
  };
  label();
  onLanguage(label);
  list.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    const next = (tabs.indexOf(event.target) + step + tabs.length) % tabs.length;
    tabs[next].focus();
    showView(names[next]);
    event.preventDefault();
  });
  listen("teacher", ({ known }) => {
    teaches = known;
    label();
  });
  listen("view", ({ name }) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(names[i] === name));
      tab.tabIndex = names[i] === name ? 0 : -1;
    });
  });
}

function word(tag, key) {
  const element = document.createElement(tag);
  element.textContent = text(key);
  return element;
}

function createTab(name) {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.role = "tab";
  tab.dataset.view = name;
  tab.setAttribute("aria-controls", `view-${name}`);
  tab.addEventListener("click", () => showView(name));
  return tab;
}
