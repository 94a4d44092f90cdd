// The jury, for the teacher: every network that the class has trained reads the drawing on the teacher's pad.
import { make, partsOf, setLabel } from "../../dom/elements.js";
import { inPercent } from "../../locales/numbers.js";
import { text, translate } from "../../locales/language.js";
import { sentenceOf } from "../../locales/refusals.js";
import { emit, follow, listen, valueOf } from "../../state/events.js";
import { pause } from "../../reader/slices.js";
import { decide, shippedNetwork, trainedNetworks, voteOf } from "./networks.js";

const LEAST = 2; // networks that are a jury
const CALM = 200; // milliseconds the drawing rests before it is read
const AT_A_TIME = 4; // networks that read without a rest, 3 ms each

export function mount(element) {
  const part = partsOf(element);
  const section = element.querySelector(".jury");
  let networks = []; // of the class
  let shipped = null;
  let words = null; // what was said last, in any language
  let votes = null; // {jury, shipped}: of the drawing
  let timer = null;
  let asked = 0; // drawings: one that is overtaken is not shown

  function say(next) {
    words = next;
    write();
  }

  function write() {
    part("said").textContent = words?.() ?? "";
    part("verdict").hidden = !votes;
    if (!votes) return;
    const { majority, count, dissenting } = decide(votes.jury);
    const all = votes.jury.length;
    const key = dissenting ? "juryMajority" : "juryAgrees";
    const own = { digit: votes.shipped.digit, percent: inPercent(votes.shipped.probability) };
    part("sentence").textContent = `${text(key, { majority, count, all, dissenting })} ${text("juryShipped", own)}`;
    const tiles = votes.jury.map((vote) => tile(vote, majority));
    const last = tile(votes.shipped, majority);
    last.classList.add("shipped");
    last.append(make("span", "", text("shipped")));
    part("votes").replaceChildren(...tiles, last);
  }

  async function call() {
    part("call").disabled = true;
    say(() => text("juryComes"));
    try {
      shipped = await shippedNetwork();
      networks = await trainedNetworks((count, all) => say(() => text("juryLoads", { count, all })));
      await read();
    } catch (error) {
      if (error.refused === "notTeacher") emit("teacher", { known: false, why: "teacherNoMore" });
      say(() => sentenceOf(error));
    }
    part("call").disabled = false;
  }

  /** Let all read what is on the pad. */
  async function read() {
    const turn = ++asked;
    const { answer } = valueOf("answer");
    votes = null;
    if (networks.length < LEAST) return say(() => text("juryFew", { count: networks.length }));
    if (answer.empty) return say(() => text("juryDraw"));
    const jury = [];
    for (const [i, network] of networks.entries()) {
      jury.push(voteOf(network, answer.image));
      if (i % AT_A_TIME === AT_A_TIME - 1) await pause(0);
      if (turn !== asked) return;
    }
    votes = { jury, shipped: voteOf(shipped, answer.image) };
    say(null);
  }

  translate(element);
  part("call").addEventListener("click", call);
  listen("teacher", ({ known }) => (section.hidden = !known));
  listen("answer", () => {
    if (!networks.length || section.hidden) return;
    clearTimeout(timer);
    timer = setTimeout(read, CALM);
  });
  follow([], write);
}

function tile({ digit, probability }, majority) {
  const percent = inPercent(probability);
  const made = make("li", digit === majority ? "" : "dissents", make("b", "", String(digit)), make("span", "", percent));
  setLabel(made, text("juryVote", { digit, percent }));
  return made;
}
