// The pad: strokes on a canvas, sent to the network while the pen moves.
import { text, translate, onLanguage } from "../locales/language.js";
import { emit, listen, onTheme } from "../transport/events.js";
import { createTransport } from "../transport/transport.js";
import { Drawing } from "./drawing.js";
import { showEvidence } from "./evidence.js";
import { followPointer } from "./input.js";
import { outlineFields } from "./outline.js";
import { inkOf, receivePictures } from "./picture.js";
import { Surface } from "./surface.js";
import { bindTools } from "./tools.js";

export function mount(element) {
  const drawing = new Drawing();
  const surface = new Surface(element.querySelector("canvas"));
  const notice = createNotice(element.querySelector(".notice"));
  const transport = createTransport(
    (answer, frame) => emit("answer", { answer, frame }),
    (trouble) => notice.show(trouble),
  );
  const pen = { erase: false, width: Number(element.querySelector(".size").value) };
  let stroke = null;
  let layers = null; // the names of those on the screen; null: not known yet, so all

  function send(since) {
    transport.send(() => ({
      ...surface.frame(drawing.bounds()),
      marks: drawing.visible(),
      layers,
      since,
    }));
  }

  function changed() {
    surface.repaint(drawing.visible());
    showState();
    if (drawing.bounds()) return send(performance.now());
    transport.forget();
    emit("answer", { answer: { empty: true }, frame: { since: performance.now() } });
  }

  function showState() {
    element.querySelector(".invitation").hidden = drawing.visible().length > 0;
    element.querySelector(".undo").disabled = !drawing.canUndo;
    element.querySelector(".redo").disabled = !drawing.canRedo;
  }

  function choose(erase) {
    pen.erase = erase;
    element.querySelector(".brush").setAttribute("aria-pressed", String(!erase));
    element.querySelector(".eraser").setAttribute("aria-pressed", String(erase));
  }

  followPointer(surface.canvas, {
    begin(x, y, event) {
      notice.show(null);
      stroke = { kind: "stroke", points: [x, y], width: pen.width, erase: pen.erase };
      drawing.add(stroke);
      surface.extend(stroke, 0);
      showState();
      if (drawing.bounds()) send(event.timeStamp);
    },
    extend(points, event) {
      const from = stroke.points.length / 2;
      stroke.points.push(...points);
      surface.extend(stroke, from);
      if (drawing.bounds()) send(event.timeStamp);
    },
    end() {
      stroke = null;
    },
  });

  listen("visible", (visible) => {
    const known = layers;
    layers = visible.layers;
    const missing = known && layers.some((name) => !known.includes(name));
    if (missing && drawing.bounds()) send(performance.now());
  });

  bindTools(element, {
    brush: () => choose(false),
    eraser: () => choose(true),
    size: (units) => (pen.width = units),
    undo: () => !stroke && drawing.undo() && changed(),
    redo: () => !stroke && drawing.redo() && changed(),
    clear: () => {
      if (stroke) return;
      drawing.clear();
      choose(false);
      changed();
    },
  });

  receivePictures(element, async (file) => {
    try {
      const canvas = await inkOf(file);
      notice.show(canvas ? null : "pictureEmpty");
      if (!canvas) return;
      drawing.clear();
      drawing.add({ kind: "picture", canvas });
      changed();
    } catch (error) {
      notice.show(error.refused ?? "unreachable");
    }
  });

  outlineFields(element.querySelector(".paper"));
  showEvidence(element.querySelector(".paper"));
  translate(element);
  const refit = () => surface.fit() && surface.repaint(drawing.visible());
  new ResizeObserver(refit).observe(surface.canvas);
  onTheme(() => surface.repaint(drawing.visible())); // ink changes its colour
  surface.fit();
  changed();
}

function createNotice(element) {
  let shown = null;
  const write = () => {
    element.hidden = shown === null;
    element.textContent = shown === null ? "" : text(shown);
  };
  onLanguage(write);
  return {
    /** key of a text, a sentence, or null for nothing */
    show(what) {
      shown = what;
      write();
    },
  };
}
