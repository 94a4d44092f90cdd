// The lesson: one card of a chapter at a time, beside the picture it speaks of.
import { partsOf } from "../../dom/elements.js";
import { text, translate } from "../../locales/language.js";
import { accompany } from "../header/views.js";
import { emit, listen, valueOf } from "../../state/events.js";
import { embedded, goTo, keepState, placeInAddress, stateInAddress } from "./address.js";
import { remember } from "./completed.js";
import { writeContents } from "./card/contents.js";
import { createEnlarging } from "./card/enlarging.js";
import { draw } from "./drawings.js";
import { sentenceOf } from "../../locales/refusals.js";
import { keepFocus } from "./card/focus.js";
import { Prediction } from "./card/prediction.js";
import { followGestures } from "./card/turning.js";
import { Looking } from "./looking.js";
import { Opening } from "./opening.js";
import { Presenter } from "./presenter.js";
import { Quiz } from "./exercises/quiz.js";
import { Stage } from "./stage.js";
import { write } from "./words.js";
import { Worksheet } from "./exercises/worksheet.js";

const VIEW = "lesson";
const RIVER = "layers"; // the view that shows the river
const FIRST_DRAWING = "seven";

/** What is on the pad; null: nothing. */
const drawing = () => valueOf("answer").answer.drawing ?? null;

/** props.layers: the layers of the network, as network_file.py lists them */
export function mount(element, props) {
  const part = partsOf(element);
  const title = element.querySelector("h2");
  const worksheet = new Worksheet(part("worksheet"), (unit) => {
    goTo({ unit });
    openAddress();
  });
  const quiz = new Quiz(part("quiz"), answered);
  const prediction = new Prediction(part("prediction"), predicted);
  const reduce = createEnlarging(part("enlarge"));
  const presenter = new Presenter(element, {
    isOpen,
    turn,
    keep: (on) => goTo({ present: on ? "1" : null }),
  });
  let visible = false;
  let shown = null; // see load() of opening.js
  let stage = null; // null: the view is left
  const looking = new Looking(props.layers, () => about.trouble(text("lessonOther")));
  const opening = new Opening(showPlace, (error) => about.trouble(sentenceOf(error)));

  const about = {
    changed(state) {
      keepState(state, shown.module.defaults);
      if (card().answer) quiz.ask(stage);
    },
    trouble: (sentence) => (part("trouble").textContent = sentence ?? ""),
    select: (layer, cell) => looking.select(layer, cell),
    look: (layer, cell) => looking.look(layer, cell),
    draw,
  };

  const chapter = () => shown.chapters[shown.at];
  const card = () => chapter().cards[shown.card];
  /** How the card that is open shows its picture: {river} or {show, setUp, play, enter}. */
  const scene = () => shown.module.cards[card().name];

  const writeOther = () => (part("other").hidden = !shown || !looking.isOther);

  function isOpen() {
    return visible && shown !== null && !placeInAddress().unit;
  }

  /** Show what the address names; after turning on, play it. */
  function openAddress(turnedOn = false) {
    if (visible) opening.open(turnedOn);
  }

  function showPlace(loaded, { present, unit }, turnedOn) {
    keepFocus(element, title, () => show(loaded));
    if (turnedOn && playsItself()) stage.whenShown(run);
    presenter.show(present);
    worksheet.show(unit ? { unit, drawing: drawing() } : null);
  }

  /** Show a card; the picture stays where the card before had the same. */
  function show(loaded) {
    const before = stage && { ...shown, name: card().name, picture: scene().show };
    shown = loaded;
    looking.open(shown.layers);
    const { module, language } = shown;
    const isSame = before?.module === module && before.language === language;
    const stays = isSame && before.picture === scene().show;
    writeOther();
    about.trouble(null);
    writeCard();
    if (scene().river) accompany(RIVER, "river");
    else accompany(null);
    emit("spotlight", scene().river ? { layers: scene().river } : null);
    if (stays) followState();
    else openStage();
    if (!stays || before.name !== card().name) enter();
    hear();
  }

  function openStage() {
    const { defaults } = shown.module;
    stage?.close();
    stage = new Stage(part("stage"), chapter().name, defaults, stateInAddress(defaults), about);
    scene().show?.(stage);
  }

  /** Set what the address says otherwise, after going back or forth. */
  function followState() {
    const said = Object.entries(stateInAddress(stage.defaults));
    const changes = said.filter(([name, value]) => value !== stage.state[name]);
    if (changes.length) stage.set(Object.fromEntries(changes));
  }

  /** A card comes up; what was predicted of it before the language was switched, or the view left, is played. */
  function enter() {
    const { state } = stage;
    scene().enter?.(stage);
    if (!card().prediction || prediction.waits || scene().byHand) return;
    stage.set(state);
    stage.whenShown(() => scene().play?.(stage));
  }

  function writeCard() {
    const { name, words: sentence, answer } = card();
    element.dataset.card = name;
    title.textContent = chapter().title;
    part("words").hidden = Boolean(answer);
    write(part("words"), answer ? "" : sentence);
    prediction.open(chapter(), card());
    quiz.open(chapter(), answer ? card() : null);
    contents();
  }

  const contents = () => writeContents(part, shown, (name) => goToCard(name, 0));

  function goToCard(name, cardAt, turnedOn = false) {
    const { cards } = shown.chapters.find((one) => one.name === name);
    const forget = name === chapter().name ? [] : Object.keys(shown.module.defaults);
    goTo({ chapter: name, card: cards.at(cardAt).name }, forget);
    openAddress(turnedOn);
  }

  /** Go on or back, to the next card or chapter. */
  function turn(by) {
    if (!shown) return;
    const cardAt = shown.card + by;
    if (cardAt in chapter().cards) return goToCard(chapter().name, cardAt, by > 0);
    const next = shown.chapters[shown.at + by];
    if (next) goToCard(next.name, by < 0 ? -1 : 0, by > 0);
  }

  /** Whether the card plays when it comes up by turning on. */
  function playsItself() {
    const waits = Boolean(card().prediction) || scene().byHand || !drawing();
    return card().action && !waits && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Pass the drawing on to the card. */
  function hear() {
    const drawn = drawing();
    part("stage").hidden = !drawn;
    part("picture").classList.toggle("empty", !drawn);
    part("picture").querySelector(".invitation").hidden = Boolean(drawn);
    worksheet.hear(drawn);
    if (!stage) return;
    stage.hear(drawn);
    keepFocus(element, title, writeAction);
    if (card().answer) quiz.ask(stage);
    tell();
  }

  /** Say what is predicted, as the card sets its picture up: what is set otherwise later judges nothing anew. */
  function tell() {
    prediction.tell(drawing(), { ...shown.module.defaults, ...scene().setUp });
  }

  /** What the blue button says: to draw something, or to play the card. */
  function writeAction() {
    const { action } = card();
    const button = part("action");
    const isEmpty = !drawing();
    button.hidden = !isEmpty && !action;
    button.disabled = !isEmpty && prediction.waits;
    write(button, isEmpty ? text("lessonOurs") : (action ?? ""));
  }

  function press() {
    if (!stage) return; // its words are still on their way
    reduce();
    if (!drawing()) draw(shown.module.drawing ?? FIRST_DRAWING);
    if ((card().action || card().prediction) && !prediction.waits) run();
  }

  /** Set up pad and picture, and play what the card says. */
  function run() {
    stage.set(scene().setUp ?? {});
    scene().play?.(stage);
  }

  /** Somebody has predicted: play it, and say what it is. */
  function predicted() {
    remember(chapter(), card());
    contents();
    writeAction();
    press();
    tell();
  }

  function answered(right) {
    emit("answered", { chapter: chapter().name, right });
    if (!right) return;
    remember(chapter(), card());
    contents();
  }

  translate(element);
  document.body.classList.toggle("embedded", embedded());
  part("action").addEventListener("click", press);
  part("previous").addEventListener("click", () => turn(-1));
  part("next").addEventListener("click", () => turn(1));
  part("present").addEventListener("click", () => presenter.start());
  part("leave").addEventListener("click", () => presenter.stop());
  part("sheet").addEventListener("click", () => {
    goTo({ unit: "1" });
    openAddress();
  });
  followGestures(isOpen, turn);
  listen("language", () => openAddress());
  window.addEventListener("popstate", () => openAddress());
  listen("view", ({ name }) => {
    visible = name === VIEW;
    if (visible) openAddress();
    else leave();
  });
  listen("network", writeOther);
  listen("answer", () => visible && hear());

  function leave() {
    opening.cancel();
    reduce();
    presenter.show(false);
    worksheet.show(null);
    prediction.tell(null);
    stage?.close();
    stage = null;
    emit("spotlight", null);
  }
}
