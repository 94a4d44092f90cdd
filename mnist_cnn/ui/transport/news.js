// What the whole class is told, pushed by the server over one WebSocket: an idle page asks nothing.
// Where a proxy lets no WebSocket through, a request is held by the server until there are news.
import { ask } from "./asking.js";
import { served } from "./contents.js";
import { emit, listen } from "./events.js";
import { pause } from "./pause.js";
import { url } from "./transport.js";

const REOPEN = [1000, 2000, 5000, 10_000, 30_000]; // milliseconds, the last repeated
const ENOUGH = 2; // sockets that never opened, until requests are tried
const SHOWS_WALL = "class"; // the view

let begun = false;
let socket = null; // null: requests are used
let opened = false; // whether a socket ever was
let failures = 0; // in a row
let wall = false; // whether the wall is on the screen: nobody else is told of it
let change = new AbortController(); // of what is on the screen

/** Begin to listen; once a page. Emits what events.js names as the class's. */
export function followClass() {
  if (begun || !served()) return;
  begun = true;
  open();
}

/** Hear of the wall, too, for what listens by now: each of its news builds on the ones before. */
export function followWall() {
  followClass();
  listen("view", ({ name }) => {
    if (wall === (name === SHOWS_WALL)) return;
    wall = name === SHOWS_WALL;
    tellServer();
    change.abort();
  });
}

function open() {
  const address = new URL(url("class"), location.href);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.addEventListener("open", () => {
    opened = true;
    failures = 0;
    if (wall) tellServer();
  });
  socket.addEventListener("message", ({ data }) => pass(JSON.parse(data)));
  socket.addEventListener("close", async () => {
    await patience();
    if (opened || failures < ENOUGH) return open();
    socket = null;
    askForEver();
  });
}

function pass(told) {
  for (const [name, detail] of Object.entries(told)) emit(name, detail);
}

function tellServer() {
  if (socket?.readyState === WebSocket.OPEN) socket.send(wall ? "wall" : "no wall");
}

async function askForEver() {
  const query = { since: 0 };
  let wallSince = 0;
  for (;;) {
    change = new AbortController();
    if (wall) query.wall = wallSince;
    else delete query.wall;
    try {
      const { number, ...told } = await ask("class", { query, signal: change.signal });
      query.since = number;
      if (told.wall) wallSince = number;
      failures = 0;
      pass(told);
    } catch {
      if (!change.signal.aborted) await patience();
    }
  }
}

/** Wait until the next attempt, each page for another time: a class does not come back all at once. */
function patience() {
  const wait = REOPEN[Math.min(failures++, REOPEN.length - 1)];
  return pause(wait * (0.5 + Math.random()));
}
