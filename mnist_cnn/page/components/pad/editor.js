// A pad to draw on: strokes on a canvas, and the tools beside it. It knows no network; the page's own
// pad and the DigitPad of other Gradio apps are made of it.
import { onTheme } from "../../dom/theme.js";
import { Drawing } from "./drawing.js";
import { marksAt } from "./history.js";
import { followPointer, isEraser } from "./input.js";
import { followKeys } from "./keyboard.js";
import { Surface } from "./surface.js";
import { bindTools } from "./tools.js";

/**
 * Make what pad.html holds work.
 * @param root the element .pad
 * @param {(key: string) => string} text returns a word for people
 * @param keys the element whose key presses work the tools
 * @param {() => object[] | null} instead returns the marks to show instead of the drawing, if any
 * @param {object} on functions that are called:
 *   changed()     after undo, redo, clear, or when other marks were put on the pad
 *   pen(down)     when a stroke has begun or ended
 *   drawn(since)  when the pen has moved; `since`: when it did, in the browser's milliseconds
 *   leave()       before the drawing is changed; true: other marks were shown instead, and no longer
 */
export function createEditor(root, { text, keys, instead, on }) {
  const drawing = new Drawing();
  const surface = new Surface(root.querySelector("canvas"));
  const pen = { erase: false, width: Number(root.querySelector(".size").value) };
  let stroke = null; // the one that is being drawn
  let latest = null; // the last one, which may have ended
  let moment = null; // of the past that is shown; null: the present

  const marks = () => instead() ?? drawing.visible();
  const shown = () => (moment === null ? marks() : marksAt(marks(), moment));

  /** Paint what is to be seen now, or was at a moment of the past. */
  function show(past = null) {
    moment = past;
    surface.repaint(shown());
    showTools();
  }

  function showTools() {
    root.querySelector(".invitation").hidden = marks().length > 0;
    root.querySelector(".undo").disabled = !drawing.canUndo;
    root.querySelector(".redo").disabled = !drawing.canRedo;
  }

  function changed() {
    stroke = null;
    show();
    on.changed();
  }

  /** Replace the drawing by other marks, which undo takes away again. */
  function put(others) {
    on.leave();
    drawing.clear();
    for (const mark of others) drawing.add(mark);
    changed();
  }

  function choose(erase) {
    pen.erase = erase;
    root.querySelector(".brush").setAttribute("aria-pressed", String(!erase));
    root.querySelector(".eraser").setAttribute("aria-pressed", String(erase));
  }

  const hand = {
    begin(x, y, event) {
      if (on.leave()) changed();
      if (moment !== null) show();
      const erase = pen.erase || isEraser(event);
      stroke = { kind: "stroke", points: [x, y], width: pen.width, erase };
      drawing.add((latest = stroke));
      surface.extend(stroke, 0);
      showTools();
      on.drawn(event.timeStamp);
      on.pen(true);
    },
    extend(points, event) {
      if (!stroke) return; // a picture or a link has come in between
      const from = stroke.points.length / 2;
      stroke.points.push(...points);
      surface.extend(stroke, from);
      on.drawn(event.timeStamp);
    },
    end() {
      stroke = null;
      on.pen(false);
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
  const cursor = followKeys(root.querySelector(".paper"), hand, () => pen.width, text);

  const unlessDrawing = (change) => () => stroke || change();
  bindTools(root, keys, {
    brush: () => choose(false),
    eraser: () => choose(true),
    size: (units) => {
      pen.width = units;
      cursor.fit();
    },
    undo: unlessDrawing(() => (on.leave() || drawing.undo()) && changed()),
    redo: unlessDrawing(() => (on.leave() || drawing.redo()) && changed()),
    clear: unlessDrawing(() => {
      if (!on.leave()) drawing.clear();
      choose(false);
      changed();
    }),
  });

  const repaint = () => surface.repaint(shown());
  new ResizeObserver(() => surface.fit() && repaint()).observe(surface.canvas);
  onTheme(repaint); // ink changes its colour
  surface.fit();
  show();

  return {
    drawing,
    surface,
    show,
    shown,
    marks,
    put,
    changed,
    get busy() {
      return stroke !== null;
    },
    get moment() {
      return moment;
    },
  };
}
