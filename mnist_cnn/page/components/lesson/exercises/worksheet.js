// What is printed for a class: plan, task sheet and answers of a unit, the tasks made of the drawing.
import { valueOf } from "../../../state/events.js";
import { text } from "../../../locales/language.js";
import { button, make } from "../../../dom/elements.js";
import { work } from "../../../worker/work.js";
import { subject } from "../../../state/network-files.js";
import { latest } from "../../../transport/retry.js";
import { sentenceOf } from "../../../locales/refusals.js";
import { answerPage, curriculumPage, planPage, taskPage, unitWords } from "./pages.js";

const CURRICULUM = "curriculum";
// What is printed of a unit, in this order: for whom, and what its button says.
const PARTS = {
  plan: { whom: "unitForTeacher", key: "unitPlan" },
  tasks: { whom: "unitForClass", key: "unitTasks" },
  answers: { whom: "unitForTeacher", key: "lessonSheetAnswers" },
};

export class Worksheet {
  #unit = null; // what the address names; null: closed
  #chosen = null; // names of PARTS
  #drawing = null; // the drawing the sheet is to be of
  #made = null;
  #words = null;

  /** go: called with the unit to be opened, null to close */
  constructor(element, go) {
    Object.assign(this, { element, go, bar: make("div", "bar"), pages: make("div", "pages") });
    element.append(this.bar, this.pages);
    this.load = latest(
      async () => unitWords(),
      (words) => this.#have(words),
      (error) => this.#say(sentenceOf(error)),
    );
    this.ask = latest(
      async (drawing) => work("worksheet", { network: await subject(), drawing }),
      (made, drawing) => {
        if (drawing !== this.#drawing) return;
        this.#made = made;
        this.#write();
      },
      (error) => this.#say(sentenceOf(error)),
    );
    this.pages.addEventListener("click", followLink);
  }

  /** about: {unit, drawing}, or null to close what is shown */
  show(about) {
    const isNew = !this.#unit && about;
    this.#unit = about?.unit ?? null;
    this.element.hidden = !about;
    document.body.classList.toggle("worksheet", Boolean(about));
    if (!about) return;
    this.#chosen ??= new Set(valueOf("teacher").known ? Object.keys(PARTS) : ["tasks"]);
    this.#writeBar();
    if (isNew) this.bar.querySelector(".close").focus({ preventScroll: true });
    if (isNew) this.element.scrollIntoView({ block: "start" });
    this.load();
    this.hear(about.drawing);
  }

  /** Make the tasks of another drawing; null: the pad is empty. */
  hear(drawing) {
    if (!this.#unit || drawing === this.#drawing) return;
    this.#drawing = drawing;
    this.#made = null;
    if (drawing) this.ask(drawing);
    else this.#write();
  }

  #have(words) {
    this.#words = words;
    this.#writeBar();
    this.#write();
  }

  /** The unit that the address names, from 0; the first one where there is no such unit. */
  #at = () => Math.max(0, Math.min(this.#words?.units.length ?? 1, Number(this.#unit) || 1) - 1);

  #writeBar() {
    const focused = document.activeElement?.dataset.name;
    const count = this.#words?.units.length ?? 0;
    const isUnit = this.#unit !== CURRICULUM;
    const units = Array.from({ length: count }, (_, i) => [String(i + 1), text("unitNumber", { number: i + 1 })]);
    const open = isUnit ? String(this.#at() + 1) : CURRICULUM;
    this.bar.replaceChildren(
      make(
        "nav",
        { "aria-label": text("unitWhich") },
        ...[...units, [CURRICULUM, text("unitCurriculum")]].map(([name, label]) =>
          button(
            { dataset: { name }, ...(name === open ? { "aria-current": "page" } : {}) },
            () => this.go(name),
            label,
          ),
        ),
      ),
      ...(isUnit ? ["unitForClass", "unitForTeacher"].map((whom) => this.#choices(whom)) : []),
      make(
        "div",
        "group",
        button({ className: "print primary", dataset: { name: "print" } }, () => window.print(), text("lessonPrint")),
        button({ className: "close", dataset: { name: "close" } }, () => this.go(null), text("close")),
      ),
    );
    if (focused) this.bar.querySelector(`[data-name="${focused}"]`)?.focus({ preventScroll: true });
  }

  #choices(whom) {
    const parts = Object.entries(PARTS).filter(([, part]) => part.whom === whom);
    return make(
      "div",
      { className: "group", role: "group", "aria-label": text(whom) },
      make("span", "", text(whom)),
      ...parts.map(([name, { key }]) =>
        button(
          { dataset: { name }, "aria-pressed": String(this.#chosen.has(name)) },
          () => this.#toggle(name),
          text(key),
        ),
      ),
    );
  }

  #toggle(name) {
    if (!this.#chosen.delete(name)) this.#chosen.add(name);
    this.#writeBar();
    this.#write();
  }

  #write() {
    if (!this.#unit || !this.#words) return;
    const { units, chapters, curriculum } = this.#words;
    if (this.#unit === CURRICULUM) return this.pages.replaceChildren(curriculumPage(curriculum, units));
    const [at, made] = [this.#at(), this.#made];
    const pages = {
      plan: () => planPage(units[at], at + 1, chapters),
      tasks: () => taskPage(units[at], at + 1, made),
      answers: () => answerPage(units[at], at + 1, made),
    };
    const chosen = Object.keys(PARTS).filter((name) => this.#chosen.has(name));
    if (!chosen.length) return this.#say(text("unitNothing"));
    this.pages.replaceChildren(...chosen.map((name) => pages[name]()));
  }

  #say(sentence) {
    this.pages.replaceChildren(make("p", "", sentence));
  }
}

/** Open a place of this page, which a plan links to, as a step of the browser's history. */
function followLink(event) {
  const link = event.target.closest("a.place");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.getAttribute("href"));
  window.dispatchEvent(new PopStateEvent("popstate", { state: null })); // as going back or forth does
}
