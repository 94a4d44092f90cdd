// Teach it my digit: say what a drawing is, collect such drawings, let a network of one's own learn
// them, see what it gained and forgot, and go back with one click.
import { Menu } from "../actions/menu.js";
import { text, translate, onLanguage } from "../locales/language.js";
import { use } from "../network/choice.js";
import { sentenceOf } from "../train/session.js";
import { ask } from "../transport/asking.js";
import { listen } from "../transport/events.js";
import { Collection } from "./collection.js";
import { showOutcome } from "./outcome.js";
import { follow } from "./training.js";

const PASSING = ["training", "checkpoint"]; // networks that are looked at, not used

export function mount(element) {
  const part = (name) => element.querySelector(`.${name}`);
  const collection = new Collection(part("collected"), show);
  let drawn = { answer: { empty: true } };
  let network = null; // that reads the drawing
  let base = null; // that read it before it was corrected, as this page knows
  let busy = false;
  let outcome = null;
  let state = null; // what is said, in any language

  function show() {
    part("deny").disabled = drawn.answer.empty || busy || collection.full;
    part("teach").hidden = !collection.count;
    part("teach").disabled = busy;
    part("reset").hidden = network?.kind !== "corrected";
    part("state").textContent = state?.() ?? "";
    part("outcome").hidden = !outcome || network?.kind !== "corrected";
    if (outcome) showOutcome(part("outcome"), outcome);
  }

  function say(words) {
    state = words;
    show();
  }

  async function teach() {
    busy = true;
    const { reference, layers } = network;
    const count = collection.count;
    say(() => text("stateStarting"));
    try {
      const query = reference ? { network: reference } : {};
      const run = await ask("correct", { method: "POST", query, body: collection.bytes() });
      await follow(run, say);
      outcome = await ask("correct", { query: { run: run.id } });
      use({ reference: run.id, layers, kind: "corrected", version: "final", count });
      say(null);
    } catch (error) {
      say(() => error.sentence?.() ?? sentenceOf(error));
    }
    busy = false;
    show();
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
  part("reset").addEventListener("click", () => {
    outcome = null;
    use(base);
    say(null);
  });
  listen("answer", (next) => {
    drawn = next;
    show();
  });
  listen("network", (next) => {
    network = next;
    const chosen = !["corrected", ...PASSING].includes(next.kind);
    if (chosen) base = ["shipped", "class"].includes(next.kind) ? null : next;
    show();
  });
  show();
}
