// The tabs of the views, by pointer and by arrow keys.
import { text, onLanguage } from "../locales/language.js";
import { listen } from "../transport/events.js";
import { VIEWS, showView } from "./views.js";

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export function createTabs(list) {
  const names = Object.keys(VIEWS);
  const tabs = names.map((name) => createTab(name));
  list.append(...tabs);
  const label = () => tabs.forEach((tab, i) => (tab.textContent = text(VIEWS[names[i]])));
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
  listen("view", ({ name }) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(names[i] === name));
      tab.tabIndex = names[i] === name ? 0 : -1;
    });
  });
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
