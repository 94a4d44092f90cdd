// What only the teacher sees: rules for everybody, the queue, the wall as a file, the broadcast.
import { text, translate, onLanguage } from "../locales/language.js";
import { usedReference } from "../network/choice.js";
import { call, command, forgetToken, teachersToken } from "../transport/asking.js";
import { download } from "../transport/download.js";
import { emit, listen } from "../transport/events.js";
import { insist } from "../transport/pause.js";
import { createBroadcast } from "./broadcast.js";

const CHECKS = ["training", "wall"];
const NUMBERS = ["at_once", "minutes"];
const LOOK = 2000; // milliseconds from one look at the queue to the next, while it is on the screen

export function mount(element) {
  const part = (name) => element.querySelector(`.${name}`);
  const panel = element.querySelector(".teacher");
  let queue = null;
  let rules = null;
  let words = null; // what was said last, in any language

  translate(element);
  if (!teachersToken()) return;

  function say(key, values) {
    words = key === null ? null : () => text(key, values);
    write();
  }

  function write() {
    part("said").textContent = words?.() ?? "";
    if (queue) part("queue").textContent = text("queueNow", queue);
    part("broadcast").setAttribute("aria-pressed", String(broadcast.on));
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

  /** Show the controls once the token is known to be right: perhaps the network still wakes up. */
  async function begin() {
    try {
      queue = await insist(() => command({}));
      panel.hidden = false;
      emit("teacher", { known: true });
      write();
    } catch (error) {
      trouble(error);
    }
  }

  /** Look at the queue, and leave what was said last. */
  async function look() {
    try {
      queue = await command({});
      write();
    } catch (error) {
      if (error.status === 403) trouble(error);
    }
  }

  function trouble(error) {
    if (error.status === 403) {
      forgetToken();
      panel.hidden = true;
      emit("teacher", { known: false });
    } else if (error.status === 429) {
      say("tooMuch");
    } else if (error.refused) {
      words = () => error.refused;
      write();
    } else say("unreachable");
  }

  async function decide(choices, done) {
    if (!(await act({ rules: choices }, done))) showRules();
  }

  /** As the server has them: what it has not heard, or refused, does not hold. */
  function showRules() {
    if (!rules) return;
    for (const name of CHECKS) part(name).checked = rules[name];
    for (const name of NUMBERS) part(name).value = rules[name];
    write();
  }

  const broadcast = createBroadcast({ say, trouble, changed: write });
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
  onLanguage(write);
  listen("network", write);
  listen("rules", (next) => {
    rules = next;
    showRules();
    if (!panel.hidden) look(); // they come anew, too, from a server that has been started anew
  });
  watchQueue(panel, look);
  begin();
}

/** Look at the queue again and again while the panel is on the screen. */
function watchQueue(panel, look) {
  let timer = null;
  new IntersectionObserver(([{ isIntersecting }]) => {
    clearInterval(timer);
    if (isIntersecting) timer = setInterval(() => document.hidden || look(), LOOK);
  }).observe(panel);
}
