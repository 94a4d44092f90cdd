// The first visit: a hand that shows how to draw, then one hint at a time, then the three doors.
import { partsOf } from "../../dom/elements.js";
import { embedded } from "../lesson/address.js";
import { translate } from "../../locales/language.js";
import { valueOf } from "../../state/events.js";
import { createHand } from "./hand.js";
import { createHints } from "./hints.js";
import { createInvitation } from "./invitation.js";
import { watchIdle } from "./idle.js";

const TEST_DIGITS = 10_000; // of MNIST

/** props.mnist: the share of MNIST's test digits the shipped network reads right, or null */
export function mount(element, props) {
  if (embedded()) return;
  const part = partsOf(element);
  const misread = () => {
    const isShipped = valueOf("network")?.kind === "shipped";
    return isShipped && props.mnist !== null ? Math.round(TEST_DIGITS * (1 - props.mnist)) : null;
  };

  translate(element);
  createHand(part("hand"));
  const hints = createHints(part("bubble"), misread);
  const invitation = createInvitation();
  watchIdle(() => (invitation.offer() ? hints.hide() : hints.offer()), hints.hide);
}
