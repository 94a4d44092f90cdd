// Puts the drawing on the pad on the wall: a button for each digit it may be meant to be.
import { text, onLanguage } from "../locales/language.js";
import { ask } from "../transport/asking.js";
import { listen } from "../transport/events.js";
import { sentenceOf } from "./refusals.js";

const nameOf = ({ frame }) => `${frame.edition} ${frame.moment}`;

/** put(id): called with the number of the digit that is on the wall now */
export function bindPutting(element, put) {
  const said = element.querySelector(".said");
  const buttons = Array.from({ length: 10 }, (_, digit) => createButton(digit));
  element.querySelector(".choices").append(...buttons);
  let drawn = { answer: { empty: true } };
  let done = null; // the drawing that is on the wall already: "edition moment"
  let open = true;
  let words = null; // what was said last, in any language

  function show() {
    const { answer } = drawn;
    const fresh = !answer.empty && !drawn.frame.guest && nameOf(drawn) !== done;
    for (const [digit, button] of buttons.entries()) {
      button.disabled = !open || !fresh;
      button.classList.toggle("likely", !answer.empty && digit === answer.digit);
    }
    said.textContent = open ? (words?.() ?? "") : text("wallClosed");
  }

  async function putUp(meant) {
    const name = nameOf(drawn);
    const { image, probabilities } = drawn.answer;
    done = name;
    show();
    try {
      const body = new Blob([image, probabilities]);
      const { id } = await ask("wall", { method: "POST", query: { meant }, body });
      put(id);
      words = () => text("isOnWall");
    } catch (error) {
      done = null;
      return trouble(error);
    }
    show();
  }

  function createButton(digit) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: digit });
    button.addEventListener("click", () => putUp(digit));
    return button;
  }

  /** Say why something cannot be done on the wall. */
  function trouble(error) {
    words = () => sentenceOf(error);
    show();
  }

  onLanguage(show);
  listen("answer", (next) => {
    drawn = next;
    if (done && !next.answer.empty && nameOf(next) !== done) words = null;
    show();
  });
  show();
  return {
    trouble,
    /** Whether the teacher lets digits be put up. */
    allow(next) {
      open = next;
      show();
    },
  };
}
