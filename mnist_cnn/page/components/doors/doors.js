// Three doors, open at any time: fool the network, teach it a lie, beat it; by ?door=lie, too.
import { partsOf } from "../../dom/elements.js";
import { text, translate } from "../../locales/language.js";
import { emit, follow, listen, valueOf } from "../../state/events.js";
import { has, served } from "../../transport/contents.js";
import { getReady } from "../correction/teaching.js";
import { showView } from "../header/views.js";
import { embedded, keepState } from "../lesson/address.js";
import { createBeat } from "./beat.js";
import { createFool } from "./fool.js";
import { createLie } from "./lie.js";

const TITLES = { choice: "doorsTitle", fool: "doorFool", lie: "doorLie", beat: "doorBeat" };
const ROOMS = { fool: createFool, lie: createLie, beat: createBeat };
const PARAMETER = "door";

const close = () => emit("door", { name: null });

export function mount(element) {
  if (embedded()) return;
  const part = partsOf(element);
  const card = part("card");
  const title = element.querySelector("h2");
  const rooms = {};
  let open = null; // the name of what is shown
  let opener = null; // what had the focus before
  let rules = { training: true };

  const door = (name) => element.querySelector(`[data-door=${name}]`);
  const roomOf = (name) => (rooms[name] ??= ROOMS[name](part(name)));

  function label() {
    if (open) title.textContent = text(TITLES[open]);
    const away = served() ? (rules.training ? null : "doorLieHeld") : "doorLieAway";
    door("lie").disabled = Boolean(away);
    door("lie").querySelector("span").textContent = text(away ?? "doorLieHint");
    door("beat").hidden = !has("misread");
    part("train").hidden = !served() || !rules.training;
  }

  function isOpenTo(name) {
    return name in TITLES && (name === "choice" || !(door(name).disabled || door(name).hidden));
  }

  /** Show a room, or the choice of one; by: "hand", a person's own, "link", or "invitation". */
  function show(name, by) {
    if (!open && by !== "invitation") opener = document.activeElement;
    if (open && open !== name) rooms[open]?.leave();
    if (by !== "invitation" && !["layers", null].includes(valueOf("view").name)) showView("layers");
    open = name;
    card.hidden = false;
    card.dataset.room = name;
    for (const room of card.querySelectorAll(".room")) room.hidden = !room.classList.contains(name);
    part("back").hidden = name === "choice";
    label();
    keepState({ [PARAMETER]: name === "choice" ? null : name }, { [PARAMETER]: null });
    part("spoken").textContent = by === "invitation" ? text(TITLES[name]) : "";
    card.scrollTop = 0;
    if (by !== "invitation" && ["choice", "lie"].includes(name) && !door("lie").disabled) getReady();
    if (by === "hand") title.focus({ preventScroll: true });
    if (name !== "choice") roomOf(name).enter(by);
  }

  function hide() {
    if (!open) return;
    rooms[open]?.leave();
    const focused = card.contains(document.activeElement);
    open = null;
    card.hidden = true;
    part("spoken").textContent = "";
    keepState({ [PARAMETER]: null }, { [PARAMETER]: null });
    const back = opener?.isConnected && opener !== document.body ? opener : null;
    if (focused) (back ?? document.querySelector("#pad canvas")).focus({ preventScroll: true });
  }

  function followAddress() {
    const named = new URL(location).searchParams;
    const name = named.get(PARAMETER);
    const isHere = !named.has("view") || named.get("view") === "layers";
    if (isHere && name && isOpenTo(name)) emit("door", { name, by: "link" });
    else if (open) close();
  }

  translate(element);
  follow([], label);
  for (const name of Object.keys(ROOMS)) {
    door(name).addEventListener("click", () => emit("door", { name, by: "hand" }));
  }
  part("back").addEventListener("click", () => emit("door", { name: "choice", by: "hand" }));
  part("close").addEventListener("click", close);
  part("train").addEventListener("click", () => {
    close();
    emit("choices", { recipe: "fast" });
    showView("train");
  });
  part("failures").addEventListener("click", () => {
    close();
    keepState({ chapter: "failures" }, { chapter: null }); // before the lesson looks at the address
    showView("lesson");
  });
  document.addEventListener("keydown", (event) => {
    const isFirst = !valueOf("select") && !valueOf("unfold"); // else these are left first
    if (event.key === "Escape" && open && isFirst && !event.defaultPrevented) close();
  });
  listen("door", ({ name, by }) => (name === null ? hide() : show(name, by)));
  listen("rules", (next) => {
    rules = next;
    label();
    if (open && !isOpenTo(open)) close();
  });
  listen("view", ({ name }) => name !== "layers" && open && close());
  window.addEventListener("popstate", followAddress);
  followAddress();
}
