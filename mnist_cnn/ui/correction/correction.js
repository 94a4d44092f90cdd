// Teach it my digit: say what a drawing is, collect such drawings, let a network of one's own learn
// them, see what it gained and forgot, and go back with one click.
import { Menu } from "../actions/menu.js";
import { text, translate, onLanguage } from "../locales/language.js";
import { use } from "../network/choice.js";
import { sentenceOf } from "../train/refusals.js";
import { ask, steer } from "../transport/asking.js";
import { listen } from "../transport/events.js";
import { insist } from "../transport/pause.js";
import { Collection } from "./collection.js";
import { showOutcome } from "./outcome.js";
import { follow } from "./training.js";

const PASSING = ["training", "checkpoint"]; // networks that are looked at, not used

const leave = (id) => steer(id, "leave");
const NEVER = 1e9; // an event that does not happen

export function mount(element) {
  const part = (name) => element.querySelector(`.${name}`);
  const collection = new Collection(part("collected"), show);
  let drawn = { answer: { empty: true } };
  let network = null; // that reads the drawing
  let base = null; // that read it before it was corrected
  let teaching = null; // {id of its run}; null: nothing is being taught
  let outcome = null; // of the network `outcomeOf`
  let outcomeOf = null;
  let state = null; // what is said, in any language

  function show() {
    part("deny").disabled = drawn.answer.empty || teaching || collection.full;
    part("teach").hidden = !collection.count;
    part("teach").disabled = Boolean(teaching);
    part("reset").hidden = network?.kind !== "corrected";
    part("state").textContent = state?.() ?? "";
    part("outcome").hidden = !outcome || outcomeOf !== network?.reference;
    if (outcome) showOutcome(part("outcome"), outcome);
  }

  function say(words) {
    state = words;
    show();
  }

  async function teach() {
    const mine = (teaching = {});
    const wanted = () => teaching === mine; // until it is unlearned meanwhile
    const { reference, layers } = network;
    const count = collection.count;
    say(() => text("stateStarting"));
    try {
      const query = reference ? { network: reference } : {};
      const run = await ask("corrections", { method: "POST", query, body: collection.bytes() });
      mine.id = run.id;
      if (!wanted()) return await leave(run.id);
      await follow(run, (words) => wanted() && say(words));
      if (!wanted()) return;
      use({ reference: run.id, layers, kind: "corrected", version: "final", count, base });
      say(null);
    } catch (error) {
      if (wanted()) say(() => error.sentence?.() ?? sentenceOf(error));
    } finally {
      if (wanted()) teaching = null;
      show();
    }
  }

  /** Show what a network in use has learned and forgotten, after a reload too. */
  async function look({ reference }) {
    if (outcomeOf === reference) return;
    outcomeOf = reference;
    outcome = null;
    const asked = () => ask(`trainings/${reference}`, { query: { after: NEVER } });
    const found = await insist(asked).catch(() => null);
    // Without one the server keeps it no longer.
    if (outcomeOf === reference) outcome = found?.result?.corrected ?? null;
    show();
  }

  function reset() {
    const { id } = teaching ?? {};
    teaching = null;
    use(base);
    say(null);
    if (id) leave(id).catch((error) => say(() => sentenceOf(error)));
  }

  const choices = Array.from({ length: 10 }, (_, digit) => createChoice(digit));
  const menu = new Menu(part("deny"), part("menu"), () => part("menu").append(...choices));

  function createChoice(digit) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", role: "menuitem", textContent: digit });
    button.addEventListener("click", () => {
      menu.close();
      collection.add(drawn.answer.image, digit);
      say(digit === drawn.answer.digit ? () => text("alreadyRead", { digit }) : null);
    });
    return button;
  }

  translate(element);
  onLanguage(() => {
    collection.write();
    show();
  });
  part("teach").addEventListener("click", teach);
  part("reset").addEventListener("click", reset);
  listen("answer", (next) => {
    drawn = next;
    show();
  });
  listen("network", (next) => {
    network = next;
    if (next.kind === "corrected") {
      base = next.base ?? null;
      look(next);
    } else if (!PASSING.includes(next.kind)) {
      base = ["shipped", "class"].includes(next.kind) ? null : next;
    }
    show();
  });
  show();
}
