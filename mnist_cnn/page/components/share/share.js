// The dialog that shows a class how to open the page: a QR code and the address, large.
import { make, partsOf, radioCard } from "../../dom/elements.js";
import { copyText } from "../../dom/clipboard.js";
import { text, translate } from "../../locales/language.js";
import { follow, listen } from "../../state/events.js";
import { served } from "../../transport/contents.js";
import { ask } from "../../transport/http.js";
import { addressOf, bestFirst } from "./ways.js";

// By kind; an adapter of another kind is called what the system calls it.
const LABELS = {
  public: "sharePublic",
  wifi: "shareWifi",
  ethernet: "shareEthernet",
  hotspot: "shareHotspot",
  tunnel: "shareTunnel",
};
const HINTS = { public: "sharePublicHint", own: "shareOwnHint", tunnel: "shareTunnelHint" };
const isFile = location.protocol === "file:";
const TIMEOUT = 3000; // milliseconds a person waits for the dialog

export function mount(element) {
  const dialog = element.querySelector("dialog");
  const part = partsOf(dialog);
  let ways = []; // {kind, address, name}, the best first
  let codes = {}; // SVG by address
  let chosen; // one of them

  function show() {
    part("way").hidden = !chosen;
    part("shut").hidden = Boolean(chosen) || isFile;
    part("file").hidden = !isFile;
    part("ways").hidden = ways.length < 2;
    part("ways").replaceChildren(...ways.map(choice));
    if (chosen) choose(chosen);
  }

  function choose(way) {
    chosen = way;
    part("qr").hidden = !codes[way.address];
    part("qr").src = `data:image/svg+xml,${encodeURIComponent(codes[way.address])}`;
    part("qr").alt = text("shareCode", { address: way.address });
    part("address").textContent = way.address.replace(/\/$/, "");
    const hint = codes[way.address] ? HINTS[way.kind] : "shareTyped";
    part("hint").textContent = text(hint ?? "shareNetworkHint");
    part("others").hidden = way.kind === "public" || !areSeveral();
    part("copied").textContent = "";
  }

  function choice(way) {
    const host = make("span", { translate: false }, new URL(way.address).hostname);
    const { card, input } = radioCard("way", { checked: way === chosen }, make("b", "", label(way)), host);
    input.addEventListener("change", () => choose(way));
    return card;
  }

  function label({ kind, name }) {
    if (kind !== "public" && !areSeveral()) return text("shareNetwork");
    return LABELS[kind] ? text(LABELS[kind]) : name;
  }

  /** Whether the computer has more than one address in networks. */
  function areSeveral() {
    return ways.filter(({ kind }) => kind !== "public").length > 1;
  }

  async function open() {
    const told = await known();
    codes = told.codes ?? {};
    ways = bestFirst(told, location);
    chosen = ways.find(({ address }) => address === chosen?.address) ?? ways[0];
    show();
    dialog.showModal();
  }

  translate(element);
  follow([], show);
  part("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  part("copy").addEventListener("click", async () => {
    const copied = await copyText(chosen.address);
    if (!copied) getSelection().selectAllChildren(part("address"));
    part("copied").textContent = text(copied ? "shareCopied" : "shareByHand");
  });
  listen("share", ({ asked }) => asked && open());
}

/** What the server knows of its addresses; a page that cannot ask shows its own. */
async function known() {
  if (!served()) return {};
  const query = { here: addressOf(location) };
  return ask("share", { query, timeout: TIMEOUT }).catch(() => ({}));
}
