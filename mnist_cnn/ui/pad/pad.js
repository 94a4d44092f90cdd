// The pad: strokes on a canvas, read by the network while the pen moves.
import { text, translate } from "../locales/language.js";
import { accounting } from "../explain/accounts.js";
import { readInSlices } from "../network/choice.js";
import { emit, listen, onTheme } from "../transport/events.js";
import { measure } from "../transport/timing.js";
import { Drawing } from "./drawing.js";
import { showEvidence } from "./evidence.js";
import { receiveGuest } from "./guest.js";
import { lengthOf, marksAt } from "./history.js";
import { followPointer, isEraser } from "./input.js";
import { keep, kept } from "./keeping.js";
import { followKeys } from "./keyboard.js";
import { decodeStrokes } from "./link.js";
import { createNotice } from "./notice.js";
import { outlineFields } from "./outline.js";
import { onceAFrame } from "./pace.js";
import { inkOf, markOf, receivePictures } from "./picture.js";
import { Surface } from "./surface.js";
import { tintStrokes } from "./tinted.js";
import { bindTools } from "./tools.js";

export function mount(element) {
  const root = element.querySelector(".pad"); // it may be moved to another element
  const drawing = new Drawing();
  const surface = new Surface(root.querySelector("canvas"));
  const paper = root.querySelector(".paper");
  const notice = createNotice(root.querySelector(".notice"));
  const pen = { erase: false, width: Number(root.querySelector(".size").value) };
  let stroke = null;
  let latest = null; // the stroke before, when it has ended
  let moment = null; // of the past that is shown; null: the present
  let edition = 0; // how often the drawing has become another
  let network = ""; // the reference of the one that reads; "" is the shipped one
  let guest = null; // the marks of somebody else's drawing that is shown instead
  let expected = null; // such marks, when the stroke has ended
  let ghost = null; // the marks of a digit that is drawn on the empty pad to show how

  const present = () => guest ?? ghost ?? drawing.visible();
  const shown = () => (moment === null ? present() : marksAt(present(), moment));

  /** Read what is shown; `since`: when the hand moved, in the browser's milliseconds. */
  const send = onceAFrame(function* (since) {
    const started = performance.now();
    const marks = shown();
    const foreign = { guest: (guest ?? ghost) !== null, edition: ghost ? null : edition };
    const frame = { marks, moment: lengthOf(marks), since, network, ...foreign };
    const [mine, wanted] = [edition, network];
    const answer = yield* readInSlices(surface.ink);
    if (!answer) return; // the network is on its way
    measure("reading", started);
    if (!answer.empty) yield* accounting(answer); // the river tells it at once
    const isLate = mine !== edition || wanted !== network; // another one is read next
    if (!isLate) emit("answer", { answer, frame });
  });

  /** The drawing is another one than a moment ago. */
  function changed() {
    moment = stroke = null;
    edition++;
    keep(drawing.visible());
    surface.repaint(present());
    showState();
    emit("past", { marks: present(), edition });
    send(performance.now());
  }

  /** Show the own drawing again; false when it is shown. */
  function dismiss() {
    if (!guest) return false;
    guest = null;
    visit.left();
    return true;
  }

  /** Show somebody else's marks, another drawing or a longer one; null: the own drawing again. */
  function receive(marks, another) {
    expected = stroke ? marks : null; // a stroke is not cut off
    if (stroke) return;
    guest = marks;
    if (another || !marks) return changed();
    moment = null;
    surface.repaint(marks);
    showState();
    emit("pen", { down: true, marks });
    send(performance.now());
  }

  function showState() {
    root.querySelector(".invitation").hidden = present().length > 0;
    root.querySelector(".undo").disabled = !drawing.canUndo;
    root.querySelector(".redo").disabled = !drawing.canRedo;
  }

  function choose(erase) {
    pen.erase = erase;
    root.querySelector(".brush").setAttribute("aria-pressed", String(!erase));
    root.querySelector(".eraser").setAttribute("aria-pressed", String(erase));
  }

  const hand = {
    begin(x, y, event) {
      notice.show(null);
      if (dismiss()) changed();
      if (moment !== null) {
        moment = null;
        surface.repaint(drawing.visible());
      }
      const erase = pen.erase || isEraser(event);
      stroke = { kind: "stroke", points: [x, y], width: pen.width, erase };
      drawing.add((latest = stroke));
      surface.extend(stroke, 0);
      showState();
      send(event.timeStamp);
      emit("pen", { down: true, marks: drawing.visible() });
    },
    extend(points, event) {
      if (!stroke) return; // a picture or a link has come in between
      const from = stroke.points.length / 2;
      stroke.points.push(...points);
      surface.extend(stroke, from);
      send(event.timeStamp);
    },
    end() {
      stroke = null;
      keep(drawing.visible());
      emit("pen", { down: false, marks: drawing.visible() });
      if (expected) receive(expected, true);
    },
    takeBack() {
      if (latest && drawing.marks.at(-1) === latest) {
        drawing.takeBack();
        changed();
      }
      hand.end();
    },
    get busy() {
      return stroke !== null;
    },
  };
  followPointer(surface.canvas, hand);
  const cursor = followKeys(paper, hand, () => pen.width);

  bindTools(root, {
    brush: () => choose(false),
    eraser: () => choose(true),
    size: (units) => {
      pen.width = units;
      cursor.fit();
    },
    undo: () => !stroke && (dismiss() || drawing.undo()) && changed(),
    redo: () => !stroke && (dismiss() || drawing.redo()) && changed(),
    clear: () => {
      if (stroke) return;
      if (!dismiss()) drawing.clear();
      choose(false);
      changed();
    },
  });

  function put(mark) {
    dismiss();
    drawing.clear();
    drawing.add(mark);
    changed();
  }

  receivePictures(root, async (file) => {
    try {
      const mark = await inkOf(file);
      notice.show(mark ? null : "pictureEmpty");
      if (mark) put(mark);
    } catch (error) {
      notice.show(error.refused ?? "pictureFailed");
      if (!error.refused) throw error;
    }
  });

  function openLink() {
    let strokes;
    try {
      strokes = decodeStrokes(location.hash);
    } catch {
      return notice.show("linkDamaged");
    }
    if (!strokes) return;
    notice.show(null);
    dismiss();
    drawing.clear();
    for (const mark of strokes) drawing.add(mark);
    changed();
  }

  listen("picture", (ink) => {
    notice.show(null);
    if (!stroke) put(markOf(ink));
  });
  listen("network", ({ reference }) => {
    network = reference;
    queueMicrotask(() => send(performance.now())); // all have heard of it by then
  });
  listen("muted", () => send(performance.now()));
  listen("trouble", (what) => {
    if (what === "networkGone") notice.show(what);
    else notice.trouble(what);
  });
  listen("scrub", ({ moment: wanted }) => {
    if (stroke) return;
    moment = wanted;
    surface.repaint(shown());
    send(performance.now());
  });
  listen("ghost", ({ marks, ink, invitation }) => {
    const words = root.querySelector(".invitation");
    words.dataset.text = invitation;
    words.textContent = text(invitation);
    surface.canvas.style.opacity = marks ? ink : "";
    if (marks === ghost) return; // a stroke may be on its way
    ghost = marks;
    surface.repaint(shown());
    showState();
    send(performance.now());
  });
  listen("strokes", ({ marks }) => {
    if (stroke) return;
    notice.show(null);
    dismiss();
    drawing.clear();
    for (const mark of marks) drawing.add(mark);
    changed();
  });
  window.addEventListener("hashchange", openLink);

  const visit = receiveGuest(paper, receive);
  outlineFields(paper);
  showEvidence(paper);
  tintStrokes(paper);
  translate(root);
  const repaint = () => surface.repaint(shown());
  new ResizeObserver(() => surface.fit() && repaint()).observe(surface.canvas);
  onTheme(repaint); // ink changes its colour
  surface.fit();
  const before = kept();
  for (const mark of before) drawing.add(mark);
  changed();
  if (!before.length) openLink(); // else the link has been opened and drawn on
}
