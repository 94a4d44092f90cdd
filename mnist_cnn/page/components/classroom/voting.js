// Sends what this page predicts and answers to the server, which counts it without a name. The teacher's own
// page does not vote.
import { vote } from "../../transport/http.js";
import { latest } from "../../transport/retry.js";
import { listen, valueOf } from "../../state/events.js";

export function followVotes() {
  const sending = new Map(); // chapter and card: sends one vote at a time, the newest

  // Also what was sent before: the teacher may have cleared the votes since, which pupils do not hear of.
  function send(card, said) {
    if (valueOf("teacher").known) return;
    // Nobody waits for it: what cannot be counted is said to nobody, and not sent again.
    if (!sending.has(card)) sending.set(card, latest(vote, () => {}, () => {}));
    sending.get(card)(said);
  }

  listen("predicted", ({ chapter, card, choice }) => {
    send(`${chapter} ${card}`, { chapter, card, choice });
  });
  listen("answered", ({ chapter, right }) => send(chapter, { chapter, right: Boolean(right) }));
}
