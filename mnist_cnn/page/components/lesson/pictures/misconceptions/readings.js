// A hundred drawings that the network reads, with its checksum before and after.
import { make } from "../../../../dom/elements.js";
import { text } from "../../../../locales/language.js";
import { percent } from "../../../../locales/numbers.js";
import { inkPlate } from "../plates.js";

const PACE = 22; // milliseconds from one drawing to the next
const TIME = 250; // milliseconds that one takes to come in
const GROUP = 8; // hexadecimal digits that stand together

const wantMotion = new WeakSet(); // Stages on which the drawings come one by one

export function show(stage) {
  const before = make("div", "checksum");
  const drawings = make("ol", { className: "readings", "aria-label": text("lessonReadings") });
  const after = make("div", "checksum");
  stage.element.append(before, drawings, after);
  stage.picture(
    "hundred",
    (hundred) => {
      const { count, readings } = hundred;
      const isRead = readings.length > 0;
      const isNew = isRead && wantMotion.delete(stage);
      before.replaceChildren(...stateOf("lessonChecksumBefore", hundred.before));
      drawings.replaceChildren(
        ...Array.from({ length: count }, (_, i) => (isRead ? read(readings[i]) : make("li", "slot"))),
      );
      after.classList.toggle("unchanged", isRead && isUnchanged(hundred));
      after.replaceChildren(...(isRead ? [...stateOf("lessonChecksumAfter", hundred.after), verdictOf(hundred)] : []));
      if (isNew) [...drawings.children, after].forEach(comeIn);
    },
    { patient: true },
  );
}

/** The drawings come one by one, unless motion is unwelcome. */
export function arrive(stage) {
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) wantMotion.add(stage);
}

function read({ image, digit }) {
  return make("li", "", inkPlate(image), make("small", "", String(digit)));
}

function comeIn(part, i) {
  part.animate([{ opacity: 0, transform: "scale(0.6)" }, {}], {
    delay: PACE * i,
    duration: TIME,
    easing: "ease-out",
    fill: "backwards",
  });
}

function stateOf(key, { checksum, digit, probability }) {
  const groups = checksum.match(RegExp(`.{${GROUP}}`, "g")).map((part) => make("span", "", part));
  const answer = text("lessonChecksumAnswer", { digit, share: percent(probability, 3) });
  return [make("h4", "", text(key)), make("code", "", ...groups), make("p", "reply", answer)];
}

const isUnchanged = ({ before, after }) => before.checksum === after.checksum;

const verdictOf = (hundred) =>
  make("p", "checked", text(isUnchanged(hundred) ? "lessonChecksumSame" : "lessonChecksumOther"));
