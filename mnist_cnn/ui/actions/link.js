// Copies a link that holds the drawing: opened anywhere, it shows the same.
import { text } from "../locales/language.js";
import { encodeStrokes } from "../pad/link.js";
import { listen } from "../transport/events.js";

/** say: called with a sentence, and with a link to copy by hand where the clipboard is closed */
export function bindLink(element, say) {
  const button = element.querySelector(".link");
  let marks = [];

  button.addEventListener("click", async () => {
    if (marks.some((mark) => mark.kind === "picture")) return say(text("linkPicture"));
    const fragment = encodeStrokes(marks);
    if (!fragment) return say(text("linkLong"));
    const address = new URL(location.href);
    address.hash = fragment;
    if (await copied(address.href)) say(text("linkCopied"));
    else say(text("linkByHand"), address.href);
  });
  for (const drawn of ["past", "pen"]) {
    listen(drawn, (drawing) => {
      marks = drawing.marks;
      button.disabled = !marks.length;
    });
  }
}

/** Browsers open the clipboard to secure pages only: https, or this very machine. */
async function copied(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return false;
  }
}
