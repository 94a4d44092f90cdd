// What only the teacher sees: rules for everybody, the queue, the wall as a file, the broadcast.
import { partsOf } from "../../dom/elements.js";
import { text, translate } from "../../locales/language.js";
import { sentenceOf } from "../../locales/refusals.js";
import { usedReference } from "../../state/choice.js";
import { becomeTeacher, call, command, isRefusal, leaveTeacher, whoAmI } from "../../transport/http.js";
import { retry } from "../../transport/retry.js";
import { setItem } from "../../transport/storage.js";
import { download } from "../../transport/download.js";
import { emit, follow, listen } from "../../state/events.js";
import { hearAnew } from "../../state/news.js";
import { createBroadcast } from "./broadcast.js";
import { createPolls } from "./polls.js";

const CHECKS = ["training", "wall"];
const NUMBERS = ["at_once", "minutes"];
const QUEUE_INTERVAL = 2000; // milliseconds from one look at the queue to the next, while it is on the screen
// When this browser left: its other tabs hear that it changes.
const LEFT = `mnist_cnn.left${window.mnistCnnPrefix ?? ""}`;

export function mount(element) {
  const part = partsOf(element);
  const panel = element.querySelector(".teacher");
  let queue = null;
  let rules = null;
  let words = null; // what was said last, in any language

  let asked = false; // the server has said who this is, or is being asked

  translate(element);

  function say(key, values) {
    words = key === null ? null : () => text(key, values);
    write();
  }

  function write() {
    part("said").textContent = words?.() ?? "";
    if (queue) part("queue").textContent = text("queueNow", queue);
    part("broadcast").setAttribute("aria-pressed", String(broadcast.on));
    emit("showing", { on: broadcast.on });
    part("others").hidden = !broadcast.others;
    part("network").disabled = !usedReference() || usedReference() === rules?.network;
    part("shipped").disabled = rules?.network === "";
  }

  /** Ask as the teacher; returns the answer, or undefined when there is none. */
  async function act(acts, done) {
    try {
      queue = await command(acts);
      say(done ?? null);
      return queue;
    } catch (error) {
      trouble(error);
    }
  }

  /** Become the teacher with the link that was opened, {token} or {old}: perhaps the network still wakes up. */
  async function take(link) {
    if (link.old) return be(false, "linkOld");
    asked = true;
    try {
      await retry(() => becomeTeacher(link.token));
      const { teacher } = await retry(whoAmI);
      hearAnew(); // as the teacher, who is told more
      be(teacher, window.parent === window ? "noCookies" : "inFrame");
    } catch (error) {
      trouble(error, "tokenUnknown");
    }
  }

  /** Find out, once, who this is, when a server is there. */
  async function recognise() {
    asked = true;
    try {
      if ((await whoAmI()).teacher) be(true);
    } catch (error) {
      asked = isRefusal(error); // the news say when a server is there again
    }
  }

  /** Show the controls, or everybody's page; why: what the link of a teacher's page lacks. */
  function be(known, why = null) {
    emit("teacher", { known, why: known ? null : why });
    if (known) look();
  }

  /** Look at the queue, and leave what was said last. */
  async function look() {
    try {
      queue = await command({});
      write();
    } catch (error) {
      if (error.refused === "notTeacher") trouble(error);
    }
  }

  /** Say what went wrong; why: what to say when it is that this is not the teacher. */
  function trouble(error, why = "teacherNoMore") {
    if (error.refused === "notTeacher") return be(false, why);
    words = () => sentenceOf(error);
    write();
  }

  async function decide(choices, done) {
    if (!(await act({ rules: choices }, done))) showRules();
  }

  /** Show the server's rules: a change that it refused or never got does not count. */
  function showRules() {
    if (!rules) return;
    for (const name of CHECKS) part(name).checked = rules[name];
    for (const name of NUMBERS) part(name).value = rules[name];
    write();
  }

  const broadcast = createBroadcast({ say, trouble, changed: write });
  listen("show", () => broadcast.toggle());
  listen("teacher", ({ known }) => (panel.hidden = !known));
  part("broadcast").addEventListener("click", () => broadcast.toggle());
  part("others").addEventListener("click", () => broadcast.end());
  for (const name of CHECKS) {
    part(name).addEventListener("change", ({ target }) => decide({ [name]: target.checked }));
  }
  for (const name of NUMBERS) {
    part(name).addEventListener("change", ({ target }) => {
      if (target.reportValidity()) decide({ [name]: Number(target.value) });
    });
  }
  part("network").addEventListener("click", () => {
    decide({ network: usedReference() }, "networkGiven");
  });
  part("shipped").addEventListener("click", () => decide({ network: "" }, "networkGivenShipped"));
  part("line").addEventListener("click", () => act({ line: {} }, "lineCleared"));
  part("clear").addEventListener("click", () => {
    if (confirm(text("clearWallSure"))) act({ wall: {} }, "wallCleared");
  });
  part("leave").addEventListener("click", async () => {
    try {
      await leaveTeacher();
      be(false);
      setItem(localStorage, LEFT, String(Date.now()));
    } catch (error) {
      trouble(error);
    }
  });
  for (const kind of ["npz", "csv"]) {
    part(kind).addEventListener("click", async () => {
      try {
        download(await (await call("wall", { query: { format: kind } })).blob(), `wall.${kind}`);
        say("saved", { name: `wall.${kind}` });
      } catch (error) {
        trouble(error);
      }
    });
  }
  window.addEventListener("storage", ({ key }) => {
    if (key === LEFT) be(false);
  });
  follow(["network"], write);
  listen("rules", (next) => {
    rules = next;
    showRules();
    if (!panel.hidden) look(); // a server sends its rules after a restart too
    else if (!asked) recognise();
  });
  createPolls(part("polls"));
  part("forget").addEventListener("click", () => act({ votes: {} }, "votesCleared"));
  watchQueue(panel, look);
  const { mnistCnnOpened: opened } = window;
  delete window.mnistCnnOpened;
  if (opened) take(opened);
  window.addEventListener("hashchange", () => {
    const link = window.mnistCnnLink(); // opened where the page was already
    if (link) take(link);
  });
}

/** Look at the queue again and again while the panel is on the screen. */
function watchQueue(panel, look) {
  let timer = null;
  new IntersectionObserver(([{ isIntersecting }]) => {
    clearInterval(timer);
    if (isIntersecting) timer = setInterval(() => document.hidden || look(), QUEUE_INTERVAL);
  }).observe(panel);
}
