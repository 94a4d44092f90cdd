// Copies a link that holds the drawing: opened anywhere, it shows the same.
import { copyText } from "../../dom/clipboard.js";
import { text } from "../../locales/language.js";
import { encodeStrokes } from "../pad/sources/link.js";
import { listen } from "../../state/events.js";

/** say: called with a sentence, and with a link to copy by hand where the clipboard is closed */
export function createCopyLink(element, say) {
  const button = element.querySelector(".link");
  let marks = [];

  button.addEventListener("click", async () => {
    if (marks.some((mark) => mark.kind === "picture")) return say(text("linkPicture"));
    const fragment = encodeStrokes(marks);
    if (!fragment) return say(text("linkLong"));
    const address = new URL(location.href);
    address.hash = fragment;
    if (await copyText(address.href)) say(text("linkCopied"));
    else say(text("linkByHand"), address.href);
  });
  for (const drawn of ["past", "pen"]) {
    listen(drawn, (drawing) => {
      marks = drawing.marks;
      button.disabled = !marks.length;
    });
  }
}
