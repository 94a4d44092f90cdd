// All channels of every layer, in place of the river while a layer is unfolded, painted while the pen
// moves; only what is on the screen.
import { text, translate } from "../../locales/language.js";
import { onTheme } from "../../dom/theme.js";
import { emit, follow, listen, valueOf } from "../../state/events.js";
import { LayerView } from "./layer.js";
import { Network } from "../../state/layers.js";
import { followCells } from "./cell-events.js";
import { createReadout } from "./readout.js";

/** props.layers: the layers of the network, as network_file.py lists them */
export function mount(element, props) {
  const sheet = element.querySelector(".layers");
  const onScreen = new Set();
  let shown = null; // the layers that are laid out, as network_file.py lists them
  let network = null;
  let views = new Map(); // name: LayerView
  let answer = { empty: true };
  let perChannel = false;
  let unfolded = null; // the layer whose channels were asked for

  /** Lay out the layers of a network; nothing has been read by it yet. */
  function build(layers) {
    if (layers === shown) return;
    shown = layers;
    network = new Network(layers);
    views = new Map(layers.map((layer) => [layer.name, new LayerView(layer, network.grid(layer))]));
    answer = { empty: true };
    onScreen.clear();
    sheet.replaceChildren(...all().map((view) => view.element));
    for (const view of views.values()) {
      followCells(view, {
        point: (cell) => emit("point", cell && network.place(view.name, cell)),
        select: (cell) => emit("select", network.place(view.name, cell)),
      });
    }
    watchScreen(all(), onScreen, paintVisible);
    if (sheet.clientWidth) fit();
    else fitLater();
  }

  const all = () => [...views.values()];
  const fit = () => {
    all().reduce((source, view) => view.fit(sheet.clientWidth, source), Infinity);
  };

  /** Show all layers, that one first; null: show the river again. */
  function unfold(wanted) {
    const opener = unfolded;
    unfolded = wanted?.layer ?? null;
    document.body.classList.toggle("unfolded", unfolded !== null);
    if (unfolded === null) return document.querySelector(`#river .crowd[data-layer="${opener}"]`)?.focus();
    fitLater();
    element.querySelector(".fold").focus();
    views.get(unfolded).element.scrollIntoView({ block: "start" });
  }

  function paint(view) {
    view.show(answer.empty ? null : answer.layers.get(view.name), perChannel);
  }

  function paintVisible() {
    for (const view of all()) if (onScreen.has(view.name)) paint(view);
  }

  const fitLater = onWidth(sheet, fit);
  build(props.layers);
  translate(element);
  chooseScale(element.querySelector(".scale"), (choice) => {
    perChannel = choice === "channel";
    all().forEach(paint);
    emit("scale", { perChannel });
  });
  createReadout(element.querySelector(".readout"), () => ({ views, network }));
  listen("language", () => all().forEach((view) => view.caption()));
  onTheme(() => (sheet.clientWidth ? fit() : fitLater()));
  element.querySelector(".fold").addEventListener("click", () => emit("unfold", null));
  document.addEventListener("keydown", (event) => {
    // The lens is left first, and what is not seen stays as it is.
    const isFree = valueOf("view").name === "layers" && !valueOf("select");
    if (event.key === "Escape" && isFree && unfolded) emit("unfold", null);
  });
  listen("unfold", unfold);
  listen("network", ({ layers }) => build(layers));
  listen("point", (place) => markEverywhere(views, network, "pointed", place));
  listen("select", (place) => {
    markEverywhere(views, network, "selected", place);
    for (const view of all()) {
      view.frame(view.name === place?.layer ? (place.cell[2] ?? null) : null);
    }
  });
  listen("answer", ({ answer: next }) => {
    answer = next;
    paintVisible();
  });
}

/** Outline a cell, and the same number where flatten lays it out, or the other way round. */
function markEverywhere(views, network, how, place) {
  const marks = new Map(place ? [[place.layer, place.cell]] : []);
  const twin = place && network.twin(place.layer, place.cell);
  if (twin) marks.set(...twin);
  for (const view of views.values()) view.mark(how, marks.get(view.name));
}

let watching = null; // the observer of the layers that are laid out

/** Keep the names of the layers on the screen in `onScreen`; call `changed` when they change. */
function watchScreen(views, onScreen, changed) {
  const nameOf = new Map(views.map((view) => [view.element, view.name]));
  watching?.disconnect();
  watching = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) onScreen.add(nameOf.get(target));
      else onScreen.delete(nameOf.get(target));
    }
    changed();
  });
  for (const view of views) watching.observe(view.element);
}

function chooseScale(group, choose) {
  const buttons = [...group.querySelectorAll("button")];
  const hints = () => {
    buttons[0].title = text("scaleLayerHint");
    buttons[1].title = text("scaleChannelHint");
  };
  follow([], hints);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-checked", String(other === button));
      choose(button.value);
    });
  }
}

/** Call `use` when an element has another width; returns what calls it once more when it has any. */
function onWidth(element, use) {
  let width = 0;
  const observer = new ResizeObserver(([entry]) => {
    const next = Math.floor(entry.contentRect.width);
    if (!next || next === width) return;
    width = next;
    use();
  });
  observer.observe(element);
  return () => {
    width = 0;
    observer.unobserve(element); // what is observed anew is reported, even if it has not changed
    observer.observe(element);
  };
}
