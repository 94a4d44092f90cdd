// Says which network reads the drawing when it is not the shipped one, and leads back to that.
import { text, translate, onLanguage } from "../locales/language.js";
import { listen } from "../transport/events.js";
import { begin, goBack, usedReference } from "./choice.js";

const SENTENCES = {
  training: "readByTraining", // {step}
  checkpoint: "readByCheckpoint", // {step}
  untested: "readByUntested", // {step}
  trained: "readByTrained", // {percent}
  file: "readByFile", // {name}
  corrected: "readByCorrected", // {count}
};
const PASSING = ["training", "checkpoint"]; // looked at, not chosen: they go by themselves

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
  begin(props.layers);
}
