// "Teach it my digit": say what a drawing is, collect such drawings, train a network of one's own on
// them, see what it gained and forgot, and go back with one click.
import { partsOf } from "../../dom/elements.js";
import { Menu, menuItem } from "../../dom/menu.js";
import { text, translate } from "../../locales/language.js";
import { sentenceOf } from "../../locales/refusals.js";
import { follow, listen, valueOf } from "../../state/events.js";
import { Collection } from "./collection.js";
import { showOutcome } from "./outcome.js";
import { resultOf, teach, unlearn } from "./teaching.js";

const answer = () => valueOf("answer").answer;

export function mount(element) {
  const part = partsOf(element);
  const collection = new Collection(part("collected"), show);
  let outcome = null; // of the network `outcomeOf`
  let outcomeOf = null;
  let state = null; // what is said, in any language

  function show() {
    const network = valueOf("network");
    const { busy } = valueOf("teaching");
    part("deny").disabled = answer().empty || busy || collection.full;
    part("teach").hidden = !collection.count;
    part("teach").disabled = busy;
    part("reset").hidden = network?.kind !== "corrected";
    part("state").textContent = state?.() ?? "";
    part("outcome").hidden = !outcome || outcomeOf !== network?.reference;
    if (outcome) showOutcome(part("outcome"), outcome);
  }

  function say(words) {
    state = words;
    show();
  }

  async function learn() {
    say(() => text("stateStarting"));
    try {
      if (await teach(collection.bytes(), collection.count, say)) say(null);
    } catch (error) {
      say(() => sentenceOf(error));
    }
  }

  /** Show what a network in use has learned and forgotten, after a reload too. */
  async function look({ reference }) {
    if (outcomeOf === reference) return;
    outcomeOf = reference;
    outcome = null;
    const found = await resultOf(reference);
    if (outcomeOf !== reference) return;
    outcome = found;
    show();
  }

  function reset() {
    say(null);
    unlearn().catch((error) => say(() => sentenceOf(error)));
  }

  function collect(digit) {
    menu.close();
    collection.add(answer().image, digit);
    say(digit === answer().digit ? () => text("alreadyRead", { digit }) : null);
  }

  const choices = Array.from({ length: 10 }, (_, digit) => menuItem(digit, () => collect(digit)));
  const menu = new Menu(part("deny"), part("menu"), () => part("menu").append(...choices));

  translate(element);
  listen("language", () => collection.write());
  part("teach").addEventListener("click", learn);
  part("reset").addEventListener("click", reset);
  listen("network", (next) => next.kind === "corrected" && look(next));
  follow(["answer", "network", "teaching"], show);
}
