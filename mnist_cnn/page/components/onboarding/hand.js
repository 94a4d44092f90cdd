// A grey hand that draws a digit on the empty pad, once on each device, to show new visitors what the
// page is for. It leaves as soon as the person does anything.
import { PAD_SIZE } from "../../reader/strokes.js";
import { emit, listen } from "../../state/events.js";
import { pause } from "../../reader/slices.js";
import { remember, seen } from "./shown-names.js";
import { threeUntil } from "./digit-three.js";

const NAME = "hand";
const FIRST_DELAY = 600; // milliseconds on an empty pad, until it begins
const DRAWING_TIME = 1800; // milliseconds, as long as a person takes
const RESTING_TIME = 1000; // milliseconds with the digit done
const STILL_TIME = 2000; // milliseconds of the digit alone, where no motion is wanted
const FADING_TIME = 400; // milliseconds
const INK = 0.45; // how strongly its ink is seen: it is nobody's
const WIDTH = 20; // pad units, as a person's brush in the beginning
const ENDS = ["pointerdown", "keydown", "paste", "drop"];

/** hand: the picture of it, the tip of its pen in the upper left corner */
export function createHand(hand) {
  if (seen(NAME) || holdsDrawing(location.hash) || opensDoor()) return;
  const there = { pad: false, network: false };
  let begun = false;
  let over = false;
  let shown = false; // a digit of its own is on the pad
  let invited = false; // the pad says that it is the person's turn

  /** Something else happens on the page, or has. */
  function end() {
    if (over) return;
    over = true;
    hand.hidden = true;
    if (shown) say({ invitation: "drawHere" });
    for (const name of ENDS) document.removeEventListener(name, end, { capture: true });
  }

  async function begin() {
    if (begun || over || !there.pad || !there.network) return;
    begun = true;
    await pause(FIRST_DELAY);
    if (over) return;
    remember(NAME);
    await (wantsMotion() ? move() : stand());
    if (over) return;
    end();
    invited = true;
    say({ invitation: "nowYou" });
  }

  async function move() {
    hand.hidden = false;
    await during(DRAWING_TIME, (share) => {
      const points = threeUntil(share);
      show(marksOf(points), INK);
      place(hand, points.slice(-2));
    });
    await pause(RESTING_TIME);
    const marks = marksOf(threeUntil(1));
    await during(FADING_TIME, (share) => {
      show(marks, INK * (1 - share));
      hand.style.opacity = 1 - share;
    });
  }

  async function stand() {
    show(marksOf(threeUntil(1)), INK);
    await pause(STILL_TIME);
  }

  /** Call `step` with the share of the time that is over, in each of the screen's frames. */
  async function during(time, step) {
    const started = performance.now();
    for (let share = 0; share < 1; ) {
      await new Promise(requestAnimationFrame);
      if (over) return;
      share = Math.min(1, (performance.now() - started) / time);
      step(share);
    }
  }

  function show(marks, ink) {
    shown = true;
    say({ marks, ink, invitation: "drawHere" });
  }

  for (const name of ENDS) document.addEventListener(name, end, { capture: true });
  listen("view", ({ name }) => name !== "layers" && end());
  listen("broadcast", ({ drawing }) => drawing !== null && end());
  listen("past", ({ marks }) => {
    if (marks.length || there.pad) return end(); // there is a drawing, or there was
    there.pad = true;
    begin();
  });
  listen("network", () => {
    there.network = true;
    begin();
  });
  listen("pen", () => {
    remember(NAME); // who draws need not be shown how
    end();
    if (invited) say({ invitation: "drawHere" });
    invited = false;
  });
}

/** A link whose drawing is damaged is no first page either. */
const holdsDrawing = (fragment) => fragment.includes("drawing=");

const opensDoor = () => new URL(location).searchParams.has("door");

const wantsMotion = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;

const marksOf = (points) => [{ kind: "stroke", points, width: WIDTH, erase: false }];

const say = ({ marks = null, ink = 1, invitation }) => emit("ghost", { marks, ink, invitation });

/** Put the tip of its pen on a point of the pad, in pad units. */
function place(hand, [x, y]) {
  const box = document.querySelector("#pad canvas").getBoundingClientRect();
  const unit = box.width / PAD_SIZE;
  hand.style.transform = `translate(${box.left + x * unit}px, ${box.top + y * unit}px)`;
}
