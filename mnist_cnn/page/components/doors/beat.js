// Beat the machine: test digits that the shipped network misreads. You first, then the class, the network, the
// label, and what people said who were asked.
import { button, make, partsOf } from "../../dom/elements.js";
import { hasModifier } from "../../dom/keys.js";
import { text } from "../../locales/language.js";
import { inFigures } from "../../locales/numbers.js";
import { sentenceOf } from "../../locales/refusals.js";
import { served } from "../../transport/contents.js";
import { vote } from "../../transport/http.js";
import { inkOnPaper } from "../../painting/canvas.js";
import { follow } from "../../state/events.js";
import { misreadDigits } from "./misread.js";
import { Score } from "./score.js";

/** element: the section that is filled; returns {enter, leave} */
export function createBeat(element) {
  const part = partsOf(element);
  let score = null; // since the page was loaded
  let digit = null; // that is shown; undefined: there are no more
  let isOpen = false;
  const readings = new Map(); // a digit: how many pages of the class have read it as each digit

  function write() {
    if (!score) return;
    const answer = score.answerTo(digit);
    const isAnswered = answer !== undefined;
    part("score").replaceChildren(...scoreLine());
    part("asked").hidden = part("keys").hidden = isAnswered || !digit;
    part("next").hidden = !isAnswered && Boolean(digit);
    part("next").textContent = text(digit ? "beatNext" : "beatAgain");
    part("verdict").replaceChildren(...(digit ? (isAnswered ? verdictOn(digit, answer, readings.get(digit)) : []) : [summary()]));
  }

  function scoreLine() {
    const { you, network, said, digits } = score;
    const at = Math.min(digits.length, digit && score.answerTo(digit) === undefined ? said + 1 : said);
    return [
      make("b", "", text("beatScore", { you, network })),
      make("span", "", text("beatAt", { at, all: digits.length })),
    ];
  }

  function summary() {
    const { you, network, counted, digits } = score;
    return make("p", "", text("beatEnd", { you, network, counted, doubtful: digits.length - counted }));
  }

  function show(next) {
    digit = next;
    part("picture").hidden = !digit;
    if (digit) part("picture").replaceChildren(inkOnPaper(digit.pixels));
    part("picture").setAttribute("aria-label", text("beatPicture"));
    write();
  }

  function say(answer) {
    if (!digit || score.answerTo(digit) !== undefined) return;
    score.say(digit, answer);
    write();
    if (served()) askClass(digit, answer);
    part("next").focus({ preventScroll: true });
  }

  /** Tell the class, without a name, and show what the others said. */
  async function askClass(asked, answer) {
    try {
      const { read } = await vote({ misread: asked.index, digit: answer });
      readings.set(asked, read);
      if (digit === asked) write();
    } catch (error) {
      part("trouble").textContent = sentenceOf(error);
    }
  }

  function goOn() {
    part("trouble").textContent = "";
    if (!digit) score = new Score(shuffled(score.digits));
    show(score.next());
    (digit ? part("keys").firstChild : part("next")).focus({ preventScroll: true });
  }

  async function enter() {
    isOpen = true;
    try {
      score ??= new Score(shuffled(await misreadDigits()));
      show(digit ?? score.next());
    } catch (error) {
      part("score").textContent = sentenceOf(error);
    }
  }

  part("keys").append(...Array.from({ length: 10 }, (_, name) => button("", () => say(name), String(name))));
  part("next").addEventListener("click", goOn);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select, textarea, [role=menu]");
    if (!isOpen || !digit || isTyping || hasModifier(event) || !/^[0-9]$/.test(event.key)) return;
    event.preventDefault();
    say(Number(event.key));
  });
  follow([], write);
  return { enter, leave: () => (isOpen = false) };
}

/** Who said what, as a table, and what follows from it. */
function verdictOn(digit, answer, read) {
  const { label, sureness, people, isDoubtful } = digit;
  const sure = text("beatSure", { digit: digit.answer, percent: inFigures(sureness) });
  const rows = [
    row("beatYou", String(answer), !isDoubtful && answer === label),
    ...ofClass(read),
    row("beatNetwork", sure),
    row("beatLabel", String(label)),
  ];
  if (people) {
    const names = [String(label), String(digit.answer), text("beatNeither")];
    rows.push(make("tr", "", heading("beatPeople"), make("td", "", votes(names, people))));
  }
  return [make("table", "", make("tbody", "", ...rows)), make("p", "", text(...conclusion(digit, answer)))];
}

const row = (key, words, isRight = false) =>
  make("tr", "", heading(key), make("td", isRight ? "right" : "", isRight ? `${words} ✓` : words));

const heading = (key) => make("th", { scope: "row" }, text(key));

/** What the class has said, once there is somebody besides this person. */
function ofClass(read = []) {
  if (read.reduce((sum, count) => sum + count, 0) < 2) return [];
  return [make("tr", "", heading("beatClass"), make("td", "", votes([...read.keys()].map(String), read)))];
}

/** A bar for each of what people said, as long as they were many. */
function votes(names, people) {
  const all = people.reduce((sum, count) => sum + count, 0);
  const lines = people.map((count, i) => {
    const bar = make("i", { "aria-hidden": "true" });
    bar.style.setProperty("--share", count / all);
    return make("li", "", make("span", "", names[i]), bar, make("b", "", String(count)));
  });
  return make("ul", "votes", ...lines.filter((_, i) => people[i] > 0));
}

function conclusion({ label, people, isDoubtful }, answer) {
  if (isDoubtful) return [people[0] ? "beatDoubtful" : "beatMislabelled", { label, count: people[0] }];
  return [answer === label ? "beatWon" : "beatLost"];
}

function shuffled(digits) {
  const drawn = digits.map((digit) => [Math.random(), digit]);
  return drawn.toSorted(([a], [b]) => a - b).map(([, digit]) => digit);
}
