// Says which network reads the drawing when it is not the shipped one, and leads back to that.
import { text, translate, onLanguage } from "../locales/language.js";
import { listen } from "../transport/events.js";
import { ask } from "../transport/asking.js";
import { begin, goBack, offer, usedReference } from "./choice.js";

const SENTENCES = {
  training: "readByTraining", // {step}
  checkpoint: "readByCheckpoint", // {step}
  untested: "readByUntested", // {step}
  trained: "readByTrained", // {percent}
  file: "readByFile", // {name}
  corrected: "readByCorrected", // {count}
  class: "readByClass",
};
// Looked at or given, not chosen: they go by themselves.
const PASSING = ["training", "checkpoint", "class"];

/** props.layers: the layers of the shipped network, as page.py lists them */
export function mount(element, props) {
  const banner = element.querySelector(".network");
  let network = null;

  function write() {
    banner.hidden = !network || network.kind === "shipped";
    if (banner.hidden) return;
    banner.ariaLive = network.kind === "training" ? "off" : "polite"; // it counts steps
    banner.querySelector(".words").textContent = text(SENTENCES[network.kind], network);
    const passing = PASSING.includes(network.kind) && usedReference() !== network.reference;
    banner.querySelector(".goback").hidden = passing;
  }

  translate(element);
  onLanguage(write);
  banner.querySelector(".goback").addEventListener("click", goBack);
  listen("network", (next) => {
    network = next;
    write();
  });
  listen("rules", (rules) => {
    element.querySelector(".held").hidden = rules.training;
    offerTheTeachers(rules);
  });
  begin(props.layers);
}

async function offerTheTeachers({ network: reference, downsampling }) {
  if (!reference) return offer(null);
  const body = JSON.stringify({ downsampling });
  const { layers } = await ask("train/plan", { method: "POST", body });
  offer({ reference, layers, kind: "class" });
}
