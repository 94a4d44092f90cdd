// Where one number comes from: its working, its channel, and the way back to the drawing.
import { text, translate, onLanguage } from "../locales/language.js";
import { IMAGE, Network } from "../maps/network.js";
import { emit, listen } from "../transport/events.js";
import { explain } from "../explain/arithmetic.js";
import { choose, guessable } from "../explain/guess.js";
import { aboutChannel } from "./channel.js";
import { Enlarged } from "./enlarged.js";
import { guess } from "./guess.js";
import { working } from "./working.js";

/** props.layers: the layers of the network, as page.py lists them */
export function mount(element, props) {
  let network = new Network(props.layers);
  const panel = element.querySelector(".inspector");
  const part = (name) => element.querySelector(`.${name}`);
  const trail = []; // the places one came through, on the way back to the drawing
  let place = null;
  let now = { answer: { empty: true }, frame: null };
  let guessing = false; // numbers are hidden until they are guessed
  let revealed = null; // the place whose number is not, and what was said of the guess
  let turn = 0; // of the numbers that are hidden one after the other
  let leading = false; // the next place is further down the trail

  const links = {
    /** A number that can be pointed at and followed. */
    follow: (layer, cell) => {
      trail.push(place);
      lead(network.place(layer, cell));
    },
    point: (layer, cell) => emit("point", layer && network.place(layer, cell)),
  };
  const enlarged = new Enlarged(part("enlarged"), (cell) => lead(network.place(place.layer, cell)));

  function lead(next) {
    leading = true;
    emit("select", next);
    leading = false;
  }

  function open(next) {
    if (!leading) trail.length = 0;
    if (next?.layer !== place?.layer) part("body").scrollTop = 0;
    place = next;
    panel.hidden = !place;
    document.body.classList.remove("guessing");
    document.body.classList.toggle("inspecting", Boolean(place));
    if (!place) return;
    const layer = network.layer(place.layer);
    part("back").disabled = trail.length === 0;
    for (const move of ["previous", "next"]) part(move).hidden = !channels(layer);
    part("title").textContent = title(place);
    enlarged.open(layer, place.cell);
    refresh();
  }

  function refresh() {
    if (!place) return;
    const { answer } = now;
    enlarged.show(answer.empty ? null : answer.layers.get(place.layer));
    if (answer.empty) return say(text("drawADigit"));
    if (place.layer === IMAGE) return showPixel(answer);
    show(explain(answer.network, answer.image, answer.layers, place.layer, place.cell));
  }

  function show(explanation) {
    part("guessing").hidden = !guessable(explanation);
    if (hide(explanation)) return;
    const rest = part("working").querySelector("details")?.open ?? false;
    const verdict = revealed?.place === place ? revealed.words : "";
    part("working").replaceChildren(verdict, ...working(explanation, network, links, rest));
    aboutChannel(part("channel"), network, place, explanation, now);
  }

  /** Hide a number that is to be guessed; false when it is to be shown. */
  function hide(explanation) {
    const hidden = guessing && revealed?.place !== place && guessable(explanation);
    document.body.classList.toggle("guessing", hidden);
    if (!hidden) return false;
    if (part("working").querySelector(".guess")?.dataset.cell === nameOf(place)) return true;
    const hiding = place;
    const parts = guess(explanation, {
      reveal: (words = "") => {
        revealed = { place: hiding, words };
        refresh();
      },
      another: () => {
        const { network: read, image, layers } = now.answer;
        lead(network.place(hiding.layer, choose(read, image, layers, hiding.layer, ++turn)));
      },
    });
    parts.find((made) => made.matches(".guess")).dataset.cell = nameOf(place);
    part("working").replaceChildren(...parts);
    part("channel").replaceChildren();
    return true;
  }

  function guessFirst() {
    guessing = !guessing;
    revealed = null;
    part("guessing").setAttribute("aria-pressed", String(guessing));
    refresh();
  }

  function showPixel(answer) {
    const [row, column] = place.cell;
    const level = answer.image[row * 28 + column];
    say(text("workingPixel", { row, column, level, value: (level / 255).toFixed(3) }));
  }

  function say(sentence) {
    part("guessing").hidden = true;
    const paragraph = document.createElement("p");
    paragraph.textContent = sentence;
    part("working").replaceChildren(paragraph);
    part("channel").replaceChildren();
  }

  function step(by) {
    const layer = network.layer(place.layer);
    const count = channels(layer);
    if (!count) return;
    const cell = [...place.cell];
    cell[cell.length - 1] = (cell[cell.length - 1] + by + count) % count;
    lead(network.place(place.layer, cell));
  }

  translate(element);
  tellHeight(panel);
  part("guessing").addEventListener("click", guessFirst);
  part("close").addEventListener("click", () => emit("select", null));
  part("back").addEventListener("click", () => lead(trail.pop()));
  part("previous").addEventListener("click", () => step(-1));
  part("next").addEventListener("click", () => step(1));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && place) emit("select", null);
  });
  onLanguage(() => open(place));
  listen("select", open);
  listen("network", ({ layers }) => {
    if (layers === network.layers) return;
    network = new Network(layers);
    if (place) emit("select", null);
  });
  listen("answer", (next) => {
    now = next;
    refresh();
  });
}

/** Keep the panel's height in --inspector, so that what is to be read can stay above it. */
function tellHeight(panel) {
  new ResizeObserver(() => {
    document.body.style.setProperty("--inspector", `${panel.offsetHeight}px`);
  }).observe(panel);
}

const nameOf = ({ layer, cell }) => `${layer} ${cell}`;

/** How many numbers the arrows step through: the channels of a map, the units of a vector. */
const channels = (layer) => layer?.shape[layer.shape.length - 1] ?? 0;

function title({ layer, cell }) {
  if (layer === IMAGE) return text("titlePixel", { row: cell[0], column: cell[1] });
  if (cell.length === 1) return text("titleUnit", { layer, unit: cell[0] });
  return text("titleCell", { layer, row: cell[0], column: cell[1], channel: cell[2] });
}
