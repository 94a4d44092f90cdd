// Every layer of the network, painted while the pen moves.
import { text, translate, onLanguage } from "../locales/language.js";
import { listen, onTheme } from "../transport/events.js";
import { gradient } from "./colormap.js";
import { LayerView } from "./layer.js";
import { Lens } from "./lens.js";

/** props.layers: [[name, …shape]] of the network, in the order data flows */
export function mount(element, props) {
  const sheet = element.querySelector(".layers");
  const views = props.layers.map(([name, ...shape], i) => {
    const before = props.layers[i - 1];
    return new LayerView(name, shape, gridOf(shape[0], before));
  });
  const lens = new Lens(element.querySelector(".lens"), (looked, channel) => {
    for (const view of views) view.frame(view === looked ? channel : null);
  });
  let answer = { empty: true };
  let perChannel = false;

  function paint() {
    for (const view of views) view.show(answer.empty ? null : answer.layers.get(view.name), perChannel);
    lens.refresh();
  }

  sheet.append(...views.map((view) => view.element));
  element.querySelector(".gradient").style.background = gradient();
  translate(element);
  chooseScale(element.querySelector(".scale"), (choice) => {
    perChannel = choice === "channel";
    paint();
  });
  for (const view of views) point(view, element.querySelector(".readout"), lens);
  onLanguage(() => views.forEach((view) => view.caption()));
  const fit = () => views.forEach((view) => view.fit(sheet.clientWidth));
  onWidth(sheet, fit);
  onTheme(fit);
  listen("answer", ({ answer: next, frame }) => {
    answer = next;
    paint();
    performance.measure("pen-to-maps", { start: frame.since });
  });
}

/** Vectors as rows: flatten has one row for each place of the map before it. */
function gridOf(count, before) {
  if (before?.length === 4) return [before[1] * before[2], before[3]];
  return [1, count];
}

function point(view, readout, lens) {
  const idle = () => (readout.textContent = text(readout.dataset.idle));
  idle();
  onLanguage(idle);
  view.canvas.addEventListener("pointermove", (event) => {
    const cell = view.under(event);
    const value = cell && view.value(cell);
    if (value === null) return idle();
    readout.textContent = describe(view, cell, value);
  });
  view.canvas.addEventListener("pointerleave", idle);
  view.canvas.addEventListener("click", (event) => {
    const cell = view.under(event);
    if (cell && view.isMap) lens.open(view, cell.channel);
  });
}

function describe(view, { channel, row, column }, value) {
  const layer = view.name;
  const shown = Math.abs(value) >= 0.001 || value === 0 ? value.toFixed(3) : value.toExponential(1);
  if (view.isMap) return text("readMap", { layer, channel, row, column, value: shown });
  const unit = row * view.grid[1] + column;
  if (layer !== "flatten") return text("readUnit", { layer, unit, value: shown });
  const side = Math.round(Math.sqrt(view.grid[0]));
  return text("readFlatten", {
    index: unit, count: view.shape[0], row: Math.floor(row / side), column: row % side,
    channel: column, value: shown,
  });
}

function chooseScale(group, choose) {
  const buttons = [...group.querySelectorAll("button")];
  const hints = () => {
    buttons[0].title = text("scaleLayerHint");
    buttons[1].title = text("scaleChannelHint");
  };
  hints();
  onLanguage(hints);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-checked", String(other === button));
      choose(button.value);
    });
  }
}

function onWidth(element, use) {
  let width = 0;
  new ResizeObserver(([entry]) => {
    const next = Math.floor(entry.contentRect.width);
    if (!next || next === width) return;
    width = next;
    use();
  }).observe(element);
}
