// "Check with TensorFlow": the server reads the same drawing with Python and Keras, and every number
// is compared. The drawing is sent for nothing else.
import { inPercent } from "../../locales/numbers.js";
import { current, text } from "../../locales/language.js";
import { sentenceOf } from "../../locales/refusals.js";
import { read } from "../../state/choice.js";
import { follow, listen, valueOf } from "../../state/events.js";
import { call } from "../../transport/http.js";
import { compare } from "./compare.js";

const TIMEOUT = 60_000; // milliseconds: the server may have to start TensorFlow first

export function createCheck(element) {
  const button = element.querySelector(".check");
  const verdict = element.querySelector(".verdict");
  const promise = element.querySelector(".promise");
  let shown = { answer: { empty: true }, frame: null };
  let said = null; // what is said, in any language
  let busy = false;

  function write() {
    button.disabled = busy || Boolean(shown.answer.empty);
    verdict.textContent = said?.() ?? "";
    promise.hidden = Boolean(said); // in its place, so that nothing moves
  }

  function say(words) {
    said = words;
    write();
  }

  async function check() {
    const network = valueOf("network");
    if (network.kind === "training") return say(() => text("inTraining"));
    const { width, height, pixels } = shown.answer.drawing;
    const drawing = { width, height, pixels: pixels.slice() }; // the pen may go on
    const own = read(drawing, new Map()); // nothing is muted there
    busy = true;
    say(() => text("checking"));
    try {
      const found = compare(own, await askTensorFlow(drawing, network.reference));
      say(() => inWords(own, found));
    } catch (error) {
      say(() => sentenceOf(error));
    }
    busy = false;
    write();
  }

  button.addEventListener("click", check);
  follow([], write);
  listen("answer", (next) => {
    const another = !shown.frame || nameOf(next) !== nameOf(shown);
    shown = next;
    if (another && !busy) said = null;
    write();
  });
}

const nameOf = ({ frame: { edition, moment, network } }) => `${edition} ${moment} ${network}`;

async function askTensorFlow({ width, height, pixels }, network) {
  const query = { width, height, network };
  const sent = { method: "POST", query, body: pixels, timeout: TIMEOUT };
  return (await call("check", sent)).arrayBuffer();
}

function inWords(own, found) {
  if (!found) return text("checkOtherNetwork");
  const sentence = text("checked", {
    digit: own.digit,
    percent: inPercent(own.probabilities[own.digit]),
    other: found.digit,
    otherPercent: inPercent(found.probability),
    difference: found.difference.toExponential(1).replace("-", "−"),
    count: found.count.toLocaleString(current()),
    layers: own.layers.size,
  });
  if (!found.levels) return sentence;
  return `${sentence} ${text("checkedPicture", { levels: found.levels })}`;
}
