// The first minute of whoever comes: a hand that shows how, then one hint at a time, then three doors.
import { embedded } from "../lesson/address.js";
import { translate } from "../locales/language.js";
import { listen } from "../transport/events.js";
import { createDoors } from "./doors.js";
import { showHand } from "./hand.js";
import { createHints } from "./hints.js";
import { watchQuiet } from "./quiet.js";

const TEST_DIGITS = 10_000; // of MNIST

/** props.mnist: the share of MNIST's test digits the shipped network reads right, or null */
export function mount(element, props) {
  if (embedded()) return;
  const part = (name) => element.querySelector(`.${name}`);
  let shipped = false; // that network reads
  const misread = () =>
    shipped && props.mnist !== null ? Math.round(TEST_DIGITS * (1 - props.mnist)) : null;

  translate(element);
  showHand(part("hand"));
  const hints = createHints(part("bubble"), misread);
  const doors = createDoors(part("doors"), part("spoken"), hints);
  listen("network", ({ kind }) => (shipped = kind === "shipped"));
  watchQuiet(() => (doors.offer() ? hints.hide() : hints.offer()), hints.hide);
}
