// Where one number comes from: its working, its channel, and the way back to the drawing.
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { text, translate } from "../../locales/language.js";
import { IMAGE, Network } from "../../state/layers.js";
import { onTheme } from "../../dom/theme.js";
import { emit, listen, valueOf } from "../../state/events.js";
import { explain } from "../../explain/arithmetic.js";
import { choose, guessable } from "../../explain/guess.js";
import { aboutChannel } from "./channel.js";
import { make, partsOf } from "../../dom/elements.js";
import { Enlarged } from "./enlarged.js";
import { Focus } from "./focus.js";
import { guess } from "./workings/guess.js";
import { mapOf } from "../../painting/map.js";
import { Pixel } from "./workings/pixel.js";
import { Slide } from "./workings/slide.js";
import { Layout } from "./layout.js";
import { technicalName, wordFor } from "../../locales/layer-names.js";
import { working } from "./workings/working.js";

/** props.layers: the layers of the network, as network_file.py lists them */
export function mount(element, props) {
  let network = new Network(props.layers);
  const panel = element.querySelector(".lens");
  const part = partsOf(panel);
  const trail = []; // the places one came through, on the way back to the drawing
  let place = null;
  let now = { answer: { empty: true }, frame: null };
  let guessing = false; // numbers are hidden until they are guessed
  let hiding = null; // the place whose number is hidden now
  let revealed = null; // the place whose number is not, and what was said of the guess
  let turn = 0; // of the numbers that are hidden one after the other
  let slide = null; // the window that runs over the input, while it is shown
  let leading = false; // the next place is further down the trail

  const links = {
    /** A number that can be pointed at and followed. */
    follow: (layer, cell) => {
      trail.push(place);
      lead(network.place(layer, cell));
    },
    point: (layer, cell) => emit("point", layer && network.place(layer, cell)),
  };
  const focus = new Focus(panel, part("title"));
  const layout = new Layout(panel, element.querySelector(".ties"));
  const pixel = new Pixel(panel);
  const enlarged = new Enlarged(part("enlarged"), (cell) => lead(network.place(place.layer, cell)));

  function lead(next) {
    leading = true;
    emit("select", next);
    leading = false;
  }

  function open(next) {
    const opens = !place && next;
    if (!next) return place && close();
    if (!leading) {
      trail.length = 0;
      focus.remember();
    }
    if (next.layer !== place?.layer) part("body").scrollTop = 0;
    closeSlide();
    hiding = null;
    place = next;
    panel.hidden = false;
    refresh();
    layout.open(network, place, focus.opener, leading);
    if (opens) focus.enter();
  }

  function close() {
    closeSlide();
    trail.length = 0;
    place = hiding = null;
    focus.leave();
    panel.hidden = true;
    part("channel").replaceChildren();
    layout.close();
    document.body.classList.remove("guessing");
  }

  /** Title, numbers and picture of one place, all at once: never those of two. */
  function refresh() {
    if (!place) return;
    const word = wordFor(network, place);
    part("word").textContent = word;
    part("technical").textContent = technicalName(place);
    panel.setAttribute("aria-label", `${text("lens")}: ${word}`);
    part("back").disabled = trail.length === 0;
    for (const move of ["previous", "next"]) part(move).hidden = channels() < 2;
    const { answer } = now;
    const picture = { name: IMAGE, shape: [IMAGE_SIZE, IMAGE_SIZE, 1] };
    const layer = place.layer === IMAGE ? picture : network.layer(place.layer);
    enlarged.open(layer, place.cell);
    enlarged.show(answer.empty ? null : mapOf(answer, place.layer));
    if (answer.empty) say(make("p", "", text("drawADigit")));
    else if (place.layer === IMAGE) say(...pixel.show(answer, place.cell, valueOf("asked").digit ?? answer.digit));
    else show(explain(answer.network, answer.image, answer.layers, place.layer, place.cell));
    document.body.classList.toggle("guessing", Boolean(hiding));
    layout.tie();
  }

  function show(explanation) {
    if (slide) return slide.hear(now.answer);
    part("guessing").hidden = !guessable(explanation);
    part("sliding").hidden = !slidable(explanation, network);
    labelSlide();
    if (hide(explanation)) return;
    const rest = part("working").querySelector("details")?.open ?? false;
    const said = revealed?.place === place ? [make("p", "verdict", revealed.words)] : [];
    if (isMuted()) said.push(make("p", "verdict", text("workingMuted")));
    const parts = working(explanation, network, links, rest, now.answer);
    part("working").replaceChildren(...said, ...parts);
    aboutChannel(part("channel"), network, place, explanation, now);
  }

  const isMuted = () => Boolean(now.answer.muted.get(place.layer)?.has(place.cell.at(-1)));

  /** Ask the person to guess a number; false: it is to be shown. */
  function hide(explanation) {
    hiding = guessing && revealed?.place !== place && guessable(explanation) ? place : null;
    if (!hiding) return false;
    part("sliding").hidden = true; // it shows what is to be guessed
    if (part("working").querySelector(".guess")?.dataset.cell === nameOf(place)) return true;
    const { layer } = place;
    const parts = guess(explanation, mapOf(now.answer, explanation.inputs.layer), {
      reveal: (words = "") => {
        revealed = { place, words };
        refresh();
      },
      another: () => {
        const { network: read, image, layers } = now.answer;
        lead(network.place(layer, choose(read, image, layers, layer, ++turn)));
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

  /** Run the window over the input; while it runs, stop it. */
  function slideIt() {
    if (slide?.running) return slide.stop();
    if (!slide) {
      slide = new Slide(place, now.answer, labelSlide);
      panel.classList.add("slides");
      part("guessing").hidden = true;
      part("working").replaceChildren(slide.element);
      part("body").scrollTop = 0;
    }
    slide.run();
  }

  function closeSlide() {
    slide?.stop();
    slide = null;
    panel.classList.remove("slides");
  }

  function labelSlide() {
    const running = slide?.running ?? false;
    part("sliding").textContent = running ? `■ ${text("slideStop")}` : `▶ ${text("slideIt")}`;
    part("sliding").setAttribute("aria-pressed", String(running));
    layout.tie();
  }

  function say(...parts) {
    closeSlide();
    hiding = null;
    for (const name of ["guessing", "sliding"]) part(name).hidden = true;
    part("working").replaceChildren(...parts);
    part("channel").replaceChildren();
  }

  /** How many numbers the arrows step through: the channels of a map, the units of a vector. */
  const channels = () => network.layer(place.layer)?.shape.at(-1) ?? 0;

  function step(by) {
    const count = channels();
    const cell = [...place.cell];
    cell[cell.length - 1] = (cell.at(-1) + by + count) % count;
    lead(network.place(place.layer, cell));
  }

  /** One step out: of the sliding window or the guess, else of the trail, else of the lens. */
  function stepOut() {
    if (slide) {
      closeSlide();
      refresh();
    } else if (hiding) guessFirst();
    else if (trail.length) lead(trail.pop());
    else emit("select", null);
  }

  translate(element);
  part("guessing").addEventListener("click", guessFirst);
  part("sliding").addEventListener("click", slideIt);
  part("close").addEventListener("click", () => emit("select", null));
  part("back").addEventListener("click", () => lead(trail.pop()));
  part("previous").addEventListener("click", () => step(-1));
  part("next").addEventListener("click", () => step(1));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !place || event.defaultPrevented) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // it steps out of nothing else
    stepOut();
  });
  listen("language", () => {
    closeSlide();
    refresh();
  });
  onTheme(refresh);
  listen("select", open);
  listen("network", ({ layers }) => {
    if (layers === network.layers) return;
    network = new Network(layers);
    now = { answer: { empty: true }, frame: null }; // it has read nothing yet
    if (place) emit("select", null);
  });
  listen("asked", () => place?.layer === IMAGE && refresh());
  listen("answer", (next) => {
    now = next;
    refresh();
  });
}

/** Whether a window runs over maps to make the number, and not one over all of them. */
const slidable = ({ layer, kind }, network) =>
  (kind === "convolution" || kind === "pooling") && network.layer(layer).shape[0] > 1;

const nameOf = ({ layer, cell }) => `${layer} ${cell}`;
