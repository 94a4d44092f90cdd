// Puts the drawing on the pad on the wall: a button for each digit it may be meant to be.
import { button } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { ask } from "../../transport/http.js";
import { follow, listen, valueOf } from "../../state/events.js";
import { sentenceOf } from "../../locales/refusals.js";

const nameOf = ({ frame }) => `${frame.edition} ${frame.moment}`;

/** put(id): called with the number of the digit that is on the wall now */
export function createWallButtons(element, put) {
  const said = element.querySelector(".said");
  const buttons = Array.from({ length: 10 }, (_, digit) => button("", () => putUp(digit), String(digit)));
  element.querySelector(".choices").append(...buttons);
  let done = null; // the drawing that is on the wall already: "edition moment"
  let words = null; // what was said last, in any language
  let isUp = false; // that the drawing is on the wall

  function show() {
    const drawn = valueOf("answer");
    const { answer } = drawn;
    const open = valueOf("rules")?.wall ?? true; // unless the teacher has closed it
    const fresh = !answer.empty && !drawn.frame.guest && nameOf(drawn) !== done;
    for (const [digit, choice] of buttons.entries()) {
      choice.disabled = !open || !fresh;
      choice.classList.toggle("likely", !answer.empty && digit === answer.digit);
    }
    said.textContent = open ? (words?.() ?? "") : text("wall closed");
    element.classList.toggle("done", open && isUp); // said where the thumb is
  }

  async function putUp(meant) {
    const drawn = valueOf("answer");
    const name = nameOf(drawn);
    const { image, probabilities, doubt } = drawn.answer;
    done = name;
    show();
    try {
      const body = new Blob([image, probabilities]);
      const { id } = await ask("wall", { method: "POST", query: { meant, doubted: doubt ? 1 : 0 }, body });
      put(id);
      words = () => text("isOnWall");
      isUp = true;
    } catch (error) {
      done = null;
      return trouble(error);
    }
    show();
  }

  /** Say why something cannot be done on the wall. */
  function trouble(error) {
    words = () => sentenceOf(error);
    isUp = false;
    show();
  }

  listen("answer", (drawn) => {
    if (done && !drawn.answer.empty && nameOf(drawn) !== done) {
      words = null;
      isUp = false;
    }
    show();
  });
  follow(["rules"], show);
  return { trouble };
}
