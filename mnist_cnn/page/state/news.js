// What a page hears from its server: of the class, and of its own trainings. It is pushed over one
// WebSocket, so an idle page asks nothing. Where no WebSocket opens, requests are held by the server
// until there is something new. Both say what has been heard, so that a page that was away catches up.
import { pause } from "../reader/slices.js";
import { served } from "../transport/contents.js";
import { ask, isSignedOut, url } from "../transport/http.js";
import { sessionName } from "../transport/session.js";
import { emit, listen } from "./events.js";

const RETRY_DELAYS = [1000, 2000, 5000, 10_000, 30_000]; // milliseconds, the last repeated
// The longest of them while a run is followed: the server ends a run whose page is silent for a minute.
const RUN_RETRY_DELAY = 1300;
const OPEN = 1; // the socket: WebSocket.OPEN, but some browsers have no WebSocket at all
const SOCKET_ATTEMPTS = 2; // that fail from the start, until requests are tried
const STEADY = 10_000; // milliseconds after which an open socket is good, though nothing was said
const SILENCE = 20_000; // milliseconds; a run that trains is heard of four times a second
const PROBE_TIMEOUT = 5000; // milliseconds
const POLL_INTERVAL = 120; // milliseconds from an answer to the next request
// The same of a tab in the background, whose requests are not held: a browser has six connections to a
// server, and with as many tabs none would be left for the one that is looked at.
const HIDDEN_INTERVAL = 5000;
const WALL_VIEW = "class";

const NOTHING = { since: 0, wall: 0, votes: 0, here: null };
const heard = { start: "", ...NOTHING, showsWall: false }; // see server/state/feed.py
let followed = []; // {run, changed, trouble}

let begun = false;
let ended = null; // the error after which nothing is asked any more
let socket = null;
let opened = false; // whether a socket ever was
let failures = 0; // in a row
let request = new AbortController(); // the one that is held
let renewed = false; // the connection is given up, to begin another
let reconnect = () => {}; // at once, while the page waits for the next attempt

/** Begin to listen; once a page. Emits what events.js names as the class's. */
export function followClass() {
  if (begun || !served()) return;
  begun = true;
  window.addEventListener("online", () => reconnect());
  document.addEventListener("visibilitychange", () => {
    request.abort();
    reconnect();
  });
  connect();
}

/** Hear anew from the server, as who this browser is by now: it is told so when a connection begins. */
export function hearAnew() {
  if (!begun) return;
  renewed = true;
  socket?.close();
  request.abort();
}

/** Hear of the wall, too, for what listens by now: each of its news builds on the ones before. */
export function followWall() {
  followClass();
  listen("view", ({ name }) => {
    if (heard.showsWall === (name === WALL_VIEW)) return;
    heard.showsWall = name === WALL_VIEW;
    sayHeard();
  });
}

/**
 * Hear what happens in a run of this session until it is over.
 * @param run as the server lists it, with its `history`: both are kept up to date
 * @param changed called when they have been
 * @param trouble called with an error: there is no such run any more, this page is signed out, or no
 *   answer comes; in the last case with null when there is one again
 */
export function followRun(run, changed, trouble) {
  if (ended) return trouble(ended);
  followed.push({ run, changed, trouble });
  followClass();
  sayHeard();
  reconnect();
}

/** Push, or poll where no socket opens, until the page is signed out. */
async function connect() {
  let attempt = push;
  while (!ended) {
    try {
      await attempt();
    } catch (error) {
      if (renewed) {
        renewed = false;
        continue;
      }
      if (isSignedOut(error)) ended = error;
      await fail(error);
      if (!opened && failures >= SOCKET_ATTEMPTS) attempt = poll;
    }
  }
}

/** Hear over one WebSocket until it is closed, and throw. */
async function push() {
  const address = new URL(url("news"), location.href);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  const opens = await talk(socket);
  // A handshake that is refused says nothing to the page; a request says why.
  if (opened && !opens) await ask("news", { query: { heard: "{}" }, timeout: PROBE_TIMEOUT });
  throw new Error("The WebSocket has been closed");
}

/** Resolves, when a socket is closed, or silent though a run trains, to whether it was ever open. */
function talk(mine) {
  return new Promise((resolve) => {
    const control = new AbortController();
    const on = (name, handler) => mine.addEventListener(name, handler, { signal: control.signal });
    let opens = false;
    let steady = null;
    let silence = null;
    const end = () => {
      clearTimeout(steady);
      clearTimeout(silence);
      control.abort();
      mine.close();
      resolve(opens);
    };
    const expect = () => {
      clearTimeout(silence);
      silence = setTimeout(() => (trains() ? end() : expect()), SILENCE);
    };
    on("open", () => {
      opens = opened = true;
      steady = setTimeout(succeed, STEADY);
      sayHeard();
    });
    on("message", ({ data }) => {
      expect();
      succeed();
      take(JSON.parse(data));
    });
    on("close", end);
    on("error", end); // the only event of one that a browser's rules forbid
    expect();
  });
}

const trains = () => followed.some(({ run }) => run.state === "training");

/** Hear what is new by one request. */
async function poll() {
  request = new AbortController();
  const { signal } = request;
  const query = { heard: JSON.stringify(whatIsHeard()), ...(document.hidden && { wait: 0 }) };
  try {
    const told = await ask("news", { query, signal });
    succeed();
    setTimeout(take, 0, told); // by itself: a mistake of a listener is no failure of the request
    if (document.hidden) await rest(HIDDEN_INTERVAL);
    else await pause(POLL_INTERVAL);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Tell the server, at once, what has been heard and what is wanted. */
function sayHeard() {
  if (socket?.readyState === OPEN) {
    socket.send(JSON.stringify({ session: sessionName(), ...whatIsHeard() }));
  }
  request.abort();
}

function whatIsHeard() {
  const runs = {};
  for (const { run } of followed) {
    const event = Math.min(run.history.latest, runs[run.id]?.[0] ?? Infinity);
    runs[run.id] = [event, run.place];
  }
  return { ...heard, runs };
}

/** Take up a message of the server; what was on its way when it was last told is in it twice. */
function take({ start = heard.start, number = 0, wall, here, votes, runs = {}, ...told }) {
  if (start !== heard.start) {
    if (heard.start) emit("restart");
    Object.assign(heard, { start, ...NOTHING });
  }
  const isNew = number > heard.since;
  heard.since = Math.max(heard.since, number);
  if (isNew) for (const [name, detail] of Object.entries(told)) emit(name, detail);
  if (wall && number > heard.wall) {
    heard.wall = number;
    emit("wall", wall);
  }
  if (here !== undefined) {
    heard.here = here;
    emit("here", { count: here });
  }
  if (votes) {
    heard.votes = votes.number;
    emit("votes", votes);
  }
  const before = followed.length;
  for (const [id, run] of Object.entries(runs)) takeRun(id, run);
  if (followed.length < before) sayHeard(); // the server need not look after those any more
}

function takeRun(id, described) {
  for (const follower of followed.filter(({ run }) => run.id === id)) {
    const { run, changed, trouble } = follower;
    if (described) {
      const { events, ...state } = described;
      run.history.add(events);
      Object.assign(run, state);
      changed();
    } else trouble(Object.assign(new Error("There is no such run"), { refused: "run gone" }));
    const complete = run.history.end && run.history.latest >= run.sequence;
    if (!described || complete) followed = followed.filter((other) => other !== follower);
  }
}

function succeed() {
  const wasTold = failures > 1;
  failures = 0;
  if (wasTold) for (const { trouble } of followed) trouble(null);
}

/** Wait until the next attempt, each page for another time: a class does not come back all at once. */
async function fail(error) {
  failures++;
  const isRoutine = failures === 1 && !ended; // proxies close sockets; the next one opens at once
  if (!isRoutine) for (const { trouble } of followed) trouble(error);
  if (ended) return;
  const delay = RETRY_DELAYS[Math.min(failures, RETRY_DELAYS.length) - 1];
  const longest = followed.length ? RUN_RETRY_DELAY : Infinity;
  await rest(Math.min(delay, longest) * (0.5 + Math.random()));
}

/** Wait so many milliseconds, or until there is a reason to ask at once. */
function rest(milliseconds) {
  const wait = pause(milliseconds);
  return Promise.race([wait, new Promise((resolve) => (reconnect = resolve))]);
}
