// The lesson: one chapter at a time, with words, a picture of the person's own drawing, a question.
import { text, translate, onLanguage } from "../locales/language.js";
import { showView } from "../header/views.js";
import { Network } from "../maps/network.js";
import { emit, listen } from "../transport/events.js";
import { AGAIN, pause } from "../transport/pause.js";
import { embedded, goTo, keepState, placeInAddress, stateInAddress } from "./address.js";
import { chapterButtons } from "./contents.js";
import { draw } from "./drawings.js";
import { sentenceOf } from "./experiments.js";
import { Presenter } from "./presenter.js";
import { Quiz } from "./quiz.js";
import { Stage } from "./stage.js";
import { words, write } from "./words.js";
import { Worksheet } from "./worksheet.js";

const VIEW = "lesson";
const FIRST_DRAWING = "seven";

/** props.layers: the layers of the network, as telling.py lists them */
export function mount(element, props) {
  let reads = props.layers; // those of the network that reads now
  const part = (name) => element.querySelector(`.${name}`);
  const title = element.querySelector("h2");
  const worksheet = new Worksheet(part("worksheet"), () => {
    goTo({ worksheet: null });
    follow();
  });
  const quiz = new Quiz(part("quiz"));
  const presenter = new Presenter(element, {
    turn: (by) => turn(by, by < 0 ? "last" : 0),
    keep: (step) => goTo({ present: step === null ? null : String(step + 1) }),
  });
  let visible = false;
  let drawing = null; // of the drawing; null: the pad is empty
  let shown = null; // see load()
  let stage = null;
  let opened = 0; // chapters asked for: one that is overtaken is not shown

  const about = {
    changed(state) {
      keepState(state, stage.defaults);
      quiz.ask(stage);
    },
    trouble: (sentence) => (part("trouble").textContent = sentence ?? ""),
    select(layer, cell) {
      if (!isAbout(reads)) return about.trouble(text("lessonOther"));
      emit("select", new Network(reads).place(layer, cell));
    },
    look(layer, cell) {
      if (isAbout(reads)) showView("layers");
      about.select(layer, cell);
      document.querySelector(`#maps [data-layer="${layer}"]`)?.scrollIntoView({ block: "start" });
    },
    draw,
  };

  /** Whether the lesson is about a network with these layers. */
  const isAbout = (layers) => shapesOf(layers) === shapesOf(shown.layers);

  const writeOther = () => (part("other").hidden = !shown || isAbout(reads));

  /** Show what the address names. */
  async function follow(step = placeInAddress().present) {
    if (!visible) return;
    const turnIn = ++opened;
    const place = placeInAddress();
    try {
      const loaded = await load(place.chapter);
      if (turnIn !== opened) return;
      shown = loaded;
      writeOther();
    } catch (error) {
      if (turnIn !== opened) return;
      about.trouble(sentenceOf(error));
      if (error.refused) return;
      await pause(AGAIN);
      return turnIn === opened ? follow(step) : undefined;
    }
    open(shown.chapters[shown.at], shown.module);
    presenter.show(step);
    worksheet.show(place.worksheet ? { drawing } : null);
  }

  function open(chapter, module) {
    const state = stateInAddress(module.defaults);
    stage?.close();
    stage = new Stage(part("stage"), chapter.name, module.defaults, state, about);
    about.trouble(null);
    title.textContent = chapter.title;
    part("prose").replaceChildren(...chapter.paragraphs.map(paragraph));
    write(part("action"), chapter.action);
    quiz.open(chapter);
    module.create(stage);
    contents();
    hear();
  }

  function contents() {
    const { chapters, at } = shown;
    part("chapters").replaceChildren(...chapterButtons(chapters, at, (name) => choose(name)));
    neighbour("previous", chapters[at - 1]);
    neighbour("next", chapters[at + 1]);
    presenter.within = text("lessonProgress", { chapter: at + 1, chapters: chapters.length });
  }

  function neighbour(name, chapter) {
    const button = part(name);
    button.disabled = !chapter;
    button.querySelector("span").textContent = chapter?.title ?? "";
  }

  function choose(name, step = presenter.on ? 0 : null) {
    goTo({ chapter: name, present: step === null ? null : "1" }, Object.keys(stage.defaults));
    follow(step);
    if (!presenter.on) title.scrollIntoView({ block: "nearest" });
  }

  function turn(by, step) {
    const next = shown?.chapters[shown.at + by];
    if (next) choose(next.name, presenter.on ? step : null);
  }

  /** Pass the drawing on to the chapter. */
  function hear() {
    part("stage").hidden = !drawing;
    part("picture").querySelector(".invitation").hidden = Boolean(drawing);
    stage?.hear(drawing);
    if (stage) quiz.ask(stage);
    worksheet.hear(drawing);
  }

  /** Set up pad, layer and question. */
  function act() {
    if (!shown) return; // its words are still on their way
    if (!drawing) draw(shown.module.drawing ?? FIRST_DRAWING);
    stage.set(shown.module.setUp ?? {});
    shown.module.act?.(stage);
    part("picture").scrollIntoView({ block: "start", behavior: "smooth" });
    quiz.focus();
  }

  translate(element);
  document.body.classList.toggle("embedded", embedded());
  part("action").addEventListener("click", act);
  part("previous").addEventListener("click", () => presenter.step(-1) || turn(-1));
  part("next").addEventListener("click", () => presenter.step(1) || turn(1));
  part("present").addEventListener("click", () => presenter.start());
  part("leave").addEventListener("click", () => presenter.stop());
  part("sheet").addEventListener("click", () => {
    goTo({ worksheet: "1" });
    follow();
  });
  onLanguage(() => follow(presenter.at));
  window.addEventListener("popstate", () => follow());
  listen("view", ({ name }) => {
    visible = name === VIEW;
    if (visible) return follow();
    presenter.show(null);
    worksheet.show(null);
    stage?.hear(null);
  });
  listen("network", ({ layers }) => {
    reads = layers;
    writeOther();
  });
  listen("answer", (next) => {
    drawing = next.answer.empty ? null : next.answer.drawing;
    if (visible) hear();
  });
}

/** All words, and the module of one chapter, else of the first. */
async function load(wanted) {
  const { chapters, layers } = await words();
  const at = Math.max(0, chapters.findIndex(({ name }) => name === wanted));
  return { chapters, layers, at, module: await import(`./chapters/${chapters[at].name}.js`) };
}

const shapesOf = (layers) =>
  JSON.stringify(layers.map(({ name, shape, activation }) => [name, shape, activation ?? null]));

function paragraph(sentence) {
  const element = document.createElement("p");
  write(element, sentence);
  return element;
}
