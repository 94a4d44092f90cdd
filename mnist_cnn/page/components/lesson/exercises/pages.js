// What is printed of a unit: the plan, the task sheet, the answers; and how units meet curricula.
import { current, text } from "../../../locales/language.js";
import { content } from "../../../transport/contents.js";
import { once } from "../../../transport/once.js";
import { make, tableRow } from "../../../dom/elements.js";
import { inkPlate } from "../pictures/plates.js";
import { words, write } from "../words.js";
import { drawnAnswer, drawnTask } from "./drawn.js";

const loaded = new Map(); // language: promise of its units

/** {units, curriculum} in the page's language, see mnist_cnn/lesson/units.py, and the lesson's chapters. */
export function unitWords() {
  const language = current();
  return once(loaded, language, async () => {
    const [bytes, { chapters }] = await Promise.all([content(`units.${language}`), words()]);
    return { ...JSON.parse(new TextDecoder().decode(bytes)), chapters };
  });
}

/** What the teacher does and the class does, minute by minute. */
export function planPage({ title, aim, material, steps, questions }, number, chapters) {
  const length = text("unitLength", { minutes: steps.reduce((sum, { minutes }) => sum + minutes, 0) });
  return sheet(
    "plan",
    title,
    `${text("unitNumber", { number })} · ${length} · ${text("unitPlan")}`,
    said("p", aim),
    make("h2", "", text("unitMaterial")),
    make("ul", "", ...material.map((one) => said("li", one))),
    make("h2", "", text("unitSteps")),
    stepsTable(steps, chapters),
    make("h2", "", text("unitQuestions")),
    make("dl", "", ...questions.flatMap(({ asked, answer }) => [said("dt", asked), said("dd", answer)])),
  );
}

/** The tasks, with blanks; made: those of the drawing, or null where nothing is drawn. */
export function taskPage({ title, tasks }, number, made) {
  const isDrawn = tasks.some(({ drawn }) => drawn);
  return sheet(
    "tasks",
    title,
    `${text("unitNumber", { number })} · ${text("unitTasks")}`,
    make("p", "name", text("lessonSheetName")),
    ...(isDrawn && made
      ? [make("div", "top", inkPlate(made.image), make("p", "", text("lessonSheetIntro")))]
      : []),
    make("ol", "", ...tasks.map((task) => make("li", "", ...(task.drawn ? drawn(task, made) : asked(task))))),
  );
}

/** The same tasks' answers. */
export function answerPage({ title, tasks }, number, made) {
  const isDrawn = tasks.some(({ drawn }) => drawn);
  return sheet(
    "solutions",
    title,
    `${text("unitNumber", { number })} · ${text("lessonSheetAnswers")}`,
    ...(isDrawn && made ? [make("p", "", text("lessonSheetDigit", { digit: made.digit }))] : []),
    make(
      "ol",
      "",
      ...tasks.map(({ drawn: kind, answer }) =>
        kind ? make("li", "", ...withName(kind, made, drawnAnswer)) : said("li", answer),
      ),
    ),
  );
}

/** What the units contribute to each framework. */
export function curriculumPage({ title, introduction, frameworks }, units) {
  return sheet(
    "curriculum",
    title,
    text("unitCurriculum"),
    said("p", introduction),
    ...frameworks.flatMap((framework) => [
      make("h2", "", framework.title),
      said("p", framework.says),
      make("p", "", make("a", { href: framework.address, rel: "noreferrer" }, framework.address)),
      make(
        "table",
        "ruled",
        ...units.map(({ title: unit }, i) =>
          tableRow(
            "td",
            make("th", { scope: "row" }, `${i + 1} ${unit}`),
            said("td", framework.units[i]),
          ),
        ),
      ),
    ]),
  );
}

/** The address of a place, see mnist_cnn/lesson/units.py, as this page would open it. */
function addressOf({ view, chapter, card, door }) {
  const named = new URLSearchParams();
  const lang = new URL(location).searchParams.get("lang");
  for (const [name, value] of Object.entries({ view, chapter, card, door, lang })) {
    if (value && !(door && name === "view")) named.set(name, value);
  }
  return `?${named}`;
}

const DOORS = { choice: "doorsTitle", fool: "doorFool", lie: "doorLie", beat: "doorBeat" };
const VIEWS = { layers: "viewLayers", train: "viewTrain", lesson: "viewLesson", class: "viewClass" };

/** How a place is called: "Learn 1.2", its chapter and card. */
function nameOf({ view, chapter, card, door }, chapters) {
  if (door) return text(DOORS[door]);
  if (!chapter) return text(VIEWS[view]);
  const at = chapters.findIndex(({ name }) => name === chapter);
  const cardAt = chapters[at].cards.findIndex(({ name }) => name === card);
  return `${text(VIEWS[view])} ${at + 1}.${cardAt + 1}`;
}

const stepsTable = (steps, chapters) =>
  make(
    "table",
    "ruled",
    make(
      "thead",
      "",
      tableRow("th", ...["unitMinutes", "unitStep", "unitTeacher", "unitPupils"].map((key) => text(key))),
    ),
    make(
      "tbody",
      "",
      ...steps.map(({ minutes, title, places, teacher, pupils }) =>
        tableRow(
          "td",
          make("td", "minutes", String(minutes)),
          make("td", "step", make("b", "", title), ...places.flatMap((place) => [linkTo(place, chapters), " "])),
          by("unitTeacher", teacher),
          by("unitPupils", pupils),
        ),
      ),
    ),
  );

/** Who does it stands above the column; on a phone, where there is one column, before the words. */
const by = (key, sentence) => Object.assign(said("td", sentence), { title: text(key) });

const linkTo = (place, chapters) =>
  make("a", { href: addressOf(place), className: "place" }, nameOf(place, chapters));

const sheet = (className, title, about, ...parts) =>
  make("div", `page ${className}`, make("p", "about", about), make("h1", "", title), ...parts);

/** An element with a text in it, `code` set as such. */
function said(tag, sentence) {
  const element = make(tag);
  write(element, sentence);
  return element;
}

const asked = ({ words: sentence, lines }) => [
  withBlanks(sentence),
  ...Array.from({ length: lines }, () => make("div", "line")),
];

/** A sentence with its underscores as blanks. */
function withBlanks(sentence) {
  const element = make("p");
  for (const [i, part] of sentence.split(/_+/).entries()) {
    const told = make("span");
    write(told, part);
    element.append(...(i ? [make("u")] : []), told);
  }
  return element;
}

const drawn = ({ drawn: kind }, made) => withName(kind, made, drawnTask);

const NAMES = {
  convolution: "lessonSheetConvolution",
  pooling: "lessonSheetPooling",
  softmax: "lessonSheetSoftmax",
};

/** What is made of the drawing, below its name; without a drawing, that there is none. */
const withName = (kind, made, parts) => [
  make("b", "", text(NAMES[kind])),
  ...(made ? (parts(kind, made) ?? []) : [make("p", "hint", text("unitDraw"))]),
];
