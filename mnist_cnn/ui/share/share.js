// The dialog that shows a class how to open the page: a QR code and the address, large.
import { text, translate, onLanguage } from "../locales/language.js";
import { listen } from "../transport/events.js";
import { url } from "../transport/transport.js";
import { bestFirst } from "./ways.js";

const LABELS = { network: "shareNetwork", public: "sharePublic", own: "shareOwn" };
const HINTS = { network: "shareNetworkHint", public: "sharePublicHint", own: "shareOwnHint" };
const PATIENCE = 3000; // milliseconds a person waits for the dialog

export function mount(element) {
  const dialog = element.querySelector("dialog");
  const part = (name) => dialog.querySelector(`.${name}`);
  let ways = []; // {kind, address}, the best first
  let chosen = 0;

  function show() {
    const way = ways[chosen];
    part("way").hidden = !way;
    part("shut").hidden = Boolean(way);
    part("ways").hidden = ways.length < 2;
    part("ways").replaceChildren(...ways.map(choice));
    if (!way) return;
    part("qr").src = url(`qr?text=${encodeURIComponent(way.address)}`);
    part("qr").alt = text("shareCode", { address: way.address });
    part("address").textContent = way.address.replace(/\/$/, "");
    part("hint").textContent = text(HINTS[way.kind]);
    part("copied").textContent = "";
  }

  function choice({ kind }, i) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", role: "radio", textContent: text(LABELS[kind]) });
    button.ariaChecked = String(i === chosen);
    button.addEventListener("click", () => {
      chosen = i;
      show();
      part("ways").children[i].focus();
    });
    return button;
  }

  async function open() {
    ways = bestFirst(await known(), location);
    chosen = 0;
    show();
    dialog.showModal();
  }

  translate(element);
  onLanguage(show);
  part("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  part("copy").addEventListener("click", async () => {
    const copied = await navigator.clipboard?.writeText(ways[chosen].address).then(
      () => true,
      () => false,
    );
    if (!copied) getSelection().selectAllChildren(part("address"));
    part("copied").textContent = text(copied ? "shareCopied" : "shareByHand");
  });
  listen("share", ({ asked }) => asked && open());
}

/** What the server knows of its addresses; a page that cannot ask shows its own. */
async function known() {
  try {
    const response = await fetch(url("share"), { signal: AbortSignal.timeout(PATIENCE) });
    return response.ok ? await response.json() : {};
  } catch {
    return {};
  }
}
