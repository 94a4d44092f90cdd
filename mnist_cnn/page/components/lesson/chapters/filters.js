// All filters of a convolution beside their maps, and a filter of the next one, which adds all of them up.
import { text } from "../../../locales/language.js";
import { button, make, write } from "../../../dom/elements.js";
import { added, decimal, withSign } from "../../../locales/numbers.js";
import { signedShade } from "../../../painting/colormap.js";
import { largest } from "../../../painting/map.js";
import { choiceOf, frame } from "../pictures/plates.js";
import { inkOf, mapOf, themed, weightsOf } from "../pictures/layers/themed.js";

export const defaults = { layer: "conv1" };
export const cards = {
  channels: { river: ["conv1"] },
  kernels: { show: showKernels, setUp: { layer: "conv1" }, enter: coverMaps, play: uncoverMaps },
  depth: { show: showDepth, play: (stage) => additions.get(stage)() },
  question: { show: showChannels },
};

const LAYERS = ["conv1", "conv2", "conv3"];
const PACE = 170; // milliseconds from one channel to the next
const additions = new WeakMap(); // Stage: adds up the channels of its card, one by one

/** Every kernel of the first layer beside its map. */
function showKernels(stage) {
  const filters = make("div", "filters");
  stage.element.append(filters);
  const draw = ({ layer, channels }) =>
    filters.replaceChildren(...channels.map((channel, i) => filter(stage, layer, channel, i)));
  stage.picture("channels", themed(filters, draw));
}

function filter(stage, layer, { maximum, map, cell, patch, kernel }, channel) {
  const answer = mapOf(map);
  answer.classList.add("map");
  answer.style.setProperty("--turn", channel);
  const title = text("lessonChannelTitle", { channel, maximum: decimal(maximum, 3) });
  const className = maximum === 0 ? "filter off" : "filter";
  const look = () => stage.about.select(layer, cell);
  const asked = kernel ? weightsOf(kernel) : inkOf(patch);
  return button({ className, title, "aria-label": title }, look, make("b", "", String(channel)), asked, answer);
}

function coverMaps(stage) {
  stage.element.querySelector(".filters").classList.add("covered");
}

function uncoverMaps(stage) {
  stage.element.querySelector(".filters").classList.remove("covered");
}

/** All channels of a layer that is chosen, each with the part of the drawing that excites it most. */
function showChannels(stage) {
  const choices = LAYERS.map((name) => button("", () => stage.set({ layer: name }), name));
  const filters = make("div", "filters");
  stage.element.append(choiceOf("lessonLayer", ...choices), filters);
  const draw = ({ layer, channels }) => {
    choices.forEach((one) => one.setAttribute("aria-pressed", String(one.textContent === layer)));
    filters.classList.toggle("parts", layer !== LAYERS[0]);
    filters.replaceChildren(...channels.map((channel, i) => filter(stage, layer, channel, i)));
  };
  stage.picture("channels", themed(filters, draw));
}

/** One number of the next layer: patch × kernel of every channel, added up. */
function showDepth(stage) {
  const depth = make("div", "depth");
  stage.element.append(depth);
  let timer = null;
  let shown = null;
  let count = null; // of the channels that are added up; null: all

  function tell() {
    const { channels, sums, bias, total, value } = shown;
    const at = count ?? channels.length;
    depth.querySelectorAll(".addend").forEach((addend, i) => {
      addend.classList.toggle("added", i < at);
      addend.classList.toggle("latest", count !== null && i === at - 1);
    });
    const sum = sums.slice(0, at).reduce((all, one) => all + one, 0);
    write(depth.querySelector(".sum"), text("lessonAdded", { count: at, sum: decimal(sum) }));
    const isDone = at === channels.length;
    write(depth.querySelector(".end"), isDone ? `${added(bias)} = ${decimal(total)} → ReLU → ${decimal(value)}` : "");
  }

  const draw = (found) => {
    shown = found;
    depth.replaceChildren(...addends(found), totalOf(found));
    tell();
  };
  stage.picture("depth", themed(depth, draw));
  stage.onClose(() => clearTimeout(timer));
  additions.set(stage, () => {
    clearTimeout(timer);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    count = 0;
    const step = () => {
      if (shown) count = count + 1 > shown.channels.length ? null : count + 1;
      if (shown) tell();
      if (count !== null) timer = setTimeout(step, PACE);
    };
    step();
  });
}

function addends({ channels, sums, patches, kernels }) {
  const strongest = Math.max(1e-9, ...patches.flat(2));
  const heaviest = largest(kernels.flat(2));
  const most = largest(sums);
  return channels.map((channel, i) => {
    const levels = patches[i].map((row) => row.map((value) => Math.round((255 * Math.max(0, value)) / strongest)));
    const sum = make("b", "", withSign(sums[i]));
    Object.assign(sum.style, signedShade(sums[i] / most));
    const title = text("channelOf", { layer: "conv1", channel });
    return make("div", { className: "addend", title }, mapOf(levels), make("span", "", "×"), weightsOf(kernels[i], heaviest), sum);
  });
}

/** What they add up to, and where it stands on the map. */
function totalOf({ layer, cell: [row, column, channel], map }) {
  const spot = frame([column, row, column + 1, row + 1], map[0].length, map.length, "cell");
  return make(
    "div",
    "total",
    make("b", "sum"),
    make("span", "end"),
    make("div", "over", mapOf(map), spot),
    make("small", "", text("channelOf", { layer, channel })),
  );
}
