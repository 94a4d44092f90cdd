// What the class has predicted and answered, card by card, live. It is folded until the teacher opens it.
import { make, partsOf } from "../../dom/elements.js";
import { follow, valueOf } from "../../state/events.js";
import { barsOf, votedCards } from "../classroom/bars.js";

/** polls: a details element */
export function createPolls(polls) {
  const part = partsOf(polls);

  async function show() {
    if (!polls.open || !valueOf("teacher").known) return;
    const voted = await votedCards();
    part("none").hidden = voted.length > 0;
    part("forget").hidden = voted.length === 0;
    part("cards").replaceChildren(...voted.map(poll));
  }

  polls.addEventListener("toggle", show);
  follow(["teacher", "votes", "here"], show);
}

function poll({ chapter, card, counts, turnout }) {
  const asked = card.prediction?.question ?? card.words.replace(/\{\w+\}/g, "…");
  const title = make("h3", "", `${chapter.title}: ${asked.replaceAll("`", "")}`);
  return make("li", "", title, make("p", "hint", turnout), barsOf(card, counts));
}
