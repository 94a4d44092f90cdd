// The page's pad: the network reads the drawing while the pen moves.
import { text, translate } from "../../locales/language.js";
import { accounting } from "../../explain/contributions.js";
import { readInSlices } from "../../state/choice.js";
import { emit, listen } from "../../state/events.js";
import { whenFull } from "../../transport/storage.js";
import { measure } from "../../state/timing.js";
import { createEditor } from "./editor.js";
import { createHeat } from "./overlays/heat.js";
import { createGuest } from "./sources/teachers-drawing.js";
import { lengthOf } from "./history.js";
import { keep, kept } from "./sources/saved-drawing.js";
import { decodeStrokes } from "./sources/link.js";
import { createNotice } from "./notice.js";
import { createOutlines } from "./overlays/outline.js";
import { onceAFrame } from "../../painting/animation-frame.js";
import { inkOf, markOf, receivePictures } from "./sources/picture.js";
import { createTintedStrokes } from "./overlays/stroke-colors.js";

export function mount(element) {
  const root = element.querySelector(".pad"); // it may be moved to another element
  const paper = root.querySelector(".paper");
  const notice = createNotice(root.querySelector(".notice"));
  let edition = 0; // how often the drawing has become another
  let network = ""; // the reference of the one that reads; "" is the shipped one
  let guest = null; // the marks of the teacher's drawing, shown instead
  let expected = null; // such marks, which wait until the stroke has ended
  let ghost = null; // the marks of a digit that is drawn on the empty pad to show how

  const pad = createEditor(root, {
    text,
    keys: document,
    instead: () => guest ?? ghost,
    on: {
      leave,
      changed() {
        edition++;
        keep(pad.drawing.visible());
        emit("past", { marks: pad.marks(), edition });
        readNow();
      },
      drawn: (since) => send(since),
      pen(down) {
        if (down) notice.show(null);
        const marks = pad.drawing.visible();
        if (!down) keep(marks);
        emit("pen", { down, marks });
        if (!down && expected) receive(expected, true);
      },
    },
  });

  /** Read what is shown; `since`: when the hand moved, in the browser's milliseconds. */
  const send = onceAFrame(function* (since) {
    const started = performance.now();
    const marks = pad.shown();
    const foreign = { guest: (guest ?? ghost) !== null, edition: ghost ? null : edition };
    const frame = { marks, moment: lengthOf(marks), since, network, ...foreign };
    const [mine, wanted] = [edition, network];
    const answer = yield* readInSlices(pad.surface.ink);
    if (!answer) return; // the network is on its way
    measure("reading", started);
    if (!answer.empty) yield* accounting(answer); // the river shows it with the answer
    const isLate = mine !== edition || wanted !== network; // another one is read next
    if (!isLate) emit("answer", { answer, frame });
  });
  const readNow = () => send(performance.now());

  /** Before the drawing is changed: show it again, and not the teacher's. */
  function leave() {
    if (!guest) return false;
    guest = null;
    visit.left();
    return true;
  }

  /** Show the teacher's marks, another drawing or a longer one; null: the own drawing again. */
  function receive(marks, another) {
    expected = pad.busy ? marks : null; // a stroke is not cut off
    if (pad.busy) return;
    guest = marks;
    if (another || !marks) return pad.changed();
    pad.show();
    emit("pen", { down: true, marks });
    readNow();
  }

  /** Put another drawing on the pad. */
  function put(marks) {
    notice.show(null);
    pad.put(marks);
  }

  receivePictures(root, async (file) => {
    try {
      const mark = await inkOf(file);
      if (mark) put([mark]);
      else notice.show({ refused: "pictureEmpty" });
    } catch (error) {
      notice.show(error.refused ? error : { refused: "pictureFailed" });
      if (!error.refused) throw error;
    }
  });

  function openLink() {
    let strokes;
    try {
      strokes = decodeStrokes(location.hash);
    } catch {
      return notice.show({ refused: "linkDamaged" });
    }
    if (strokes) put(strokes);
  }

  const putUnlessDrawing = (marks) => pad.busy || put(marks);
  listen("picture", (ink) => putUnlessDrawing([markOf(ink)]));
  listen("strokes", ({ marks }) => putUnlessDrawing(marks));
  listen("network", ({ reference }) => {
    network = reference;
    queueMicrotask(readNow); // all have heard of it by then
  });
  listen("muted", readNow);
  listen("trouble", (error) => {
    if (error?.refused === "networkGone") notice.show(error);
    else notice.trouble(error);
  });
  listen("scrub", ({ moment }) => {
    if (pad.busy) return;
    pad.show(moment);
    readNow();
  });
  listen("ghost", ({ marks, ink, invitation }) => {
    const words = root.querySelector(".invitation");
    words.dataset.text = invitation;
    words.textContent = text(invitation);
    pad.surface.canvas.style.opacity = marks ? ink : "";
    if (marks === ghost) return; // a stroke may be on its way
    ghost = marks;
    pad.show(pad.moment);
    readNow();
  });
  window.addEventListener("hashchange", openLink);

  const visit = createGuest(paper, receive);
  createOutlines(paper);
  createHeat(paper);
  createTintedStrokes(paper);
  translate(root);
  whenFull(() => notice.show({ refused: "notKept" }));
  const before = kept();
  for (const mark of before) pad.drawing.add(mark);
  pad.changed();
  if (!before.length) openLink(); // else the link has been opened and drawn on
}
