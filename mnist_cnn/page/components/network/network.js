// Says which network reads the drawing, and leads back to the shipped one. That one goes without
// saying, except on the Train page: there the readers change, and nothing shall move when they do.
import { text, translate } from "../../locales/language.js";
import { follow, listen, valueOf } from "../../state/events.js";
import { pause } from "../../reader/slices.js";
import { RETRY_DELAY } from "../../transport/retry.js";
import { goBack, offer, usedReference } from "../../state/choice.js";
import { layersOf } from "../../state/network-files.js";

const SENTENCES = {
  training: "readByTraining", // {step}
  checkpoint: "readByCheckpoint", // {step}
  untested: "readByUntested", // {step}
  trained: "readByTrained", // {percent}
  file: "readByFile", // {name}
  corrected: "readByCorrected", // {count}
  class: "readByClass",
  shipped: "readByShipped",
};
// Looked at or given, not chosen: they go by themselves.
const PASSING = ["training", "checkpoint", "class"];

let decided = null; // the newest of the teacher's rules

export function mount(element) {
  const banner = element.querySelector(".network");

  function write() {
    const network = valueOf("network");
    const training = valueOf("view").name === "train";
    const shipped = network?.kind === "shipped";
    banner.hidden = !network || (shipped && !training);
    if (banner.hidden) return;
    banner.ariaLive = network.kind === "training" ? "off" : "polite"; // it counts steps
    banner.querySelector(".words").textContent = text(SENTENCES[network.kind], network);
    const passing = PASSING.includes(network.kind) && usedReference() !== network.reference;
    banner.querySelector(".goback").hidden = passing || shipped;
  }

  translate(element);
  follow(["network", "view"], write);
  banner.querySelector(".goback").addEventListener("click", goBack);
  listen("rules", (rules) => {
    element.querySelector(".held").hidden = rules.training;
    decided = rules;
    offerTheTeachers(rules);
  });
}

/** Offer what the teacher has chosen once its layers are known, unless there are newer rules. */
async function offerTheTeachers(rules) {
  const { network: reference } = rules;
  if (!reference) return offer(null);
  try {
    const layers = await layersOf({ reference });
    if (rules === decided) offer({ reference, layers, kind: "class" });
  } catch {
    await pause(RETRY_DELAY);
    if (rules === decided) await offerTheTeachers(rules);
  }
}
