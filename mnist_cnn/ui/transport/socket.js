// A WebSocket to the drawing route: a drawing takes half as long on it as in a request of its own
// (tests/benchmarks/round_trip.py). Some proxies let none through; requests are for those.
import { decode } from "./answer.js";

const REOPEN = 10_000; // milliseconds until another one is tried

export class Socket {
  #socket = null;
  #waiting = null; // {resolve, reject, timer} of the drawing in flight
  #due = 0; // when one may be opened

  /** address: of the route, ws: or wss:, with the coding its answers shall have */
  constructor(address) {
    this.address = address;
    this.coding = new URL(address).searchParams.get("coding");
    this.#open();
  }

  /** Whether a drawing can be asked about now; opens the socket when there is none. */
  get ready() {
    if (this.#socket?.readyState === WebSocket.OPEN) return true;
    if (!this.#socket && performance.now() >= this.#due) this.#open();
    return false;
  }

  /** Ask what the network makes of a frame; the promise is broken when it takes too long. */
  ask(frame, timeout) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(), timeout);
      this.#waiting = { resolve, reject, timer };
      this.#socket.send(message(frame));
    })
      .then((data) => (this.coding ? decompressed(data, this.coding) : data))
      .then(decode);
  }

  #open() {
    this.#due = performance.now() + REOPEN;
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#settle("resolve", data));
    socket.addEventListener("close", () => socket === this.#socket && this.#fail());
  }

  #fail() {
    const socket = this.#socket;
    this.#socket = null;
    socket.close();
    this.#settle("reject", new Error("The server does not answer"));
  }

  #settle(how, outcome) {
    const waiting = this.#waiting;
    this.#waiting = null;
    clearTimeout(waiting?.timer);
    waiting?.[how](outcome);
  }
}

function decompressed(data, coding) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream(coding));
  return new Response(stream).arrayBuffer();
}

/** uint16 width, height and length of what is wanted, then that, then the ink; see live.py. */
function message({ width, height, layers, network, pixels }) {
  const names = (layers?.join(",") ?? "*") + (network ? `@${network}` : "");
  const wanted = new TextEncoder().encode(names);
  const head = new Uint16Array([width, height, wanted.length]);
  const bytes = new Uint8Array(head.byteLength + wanted.length + pixels.length);
  bytes.set(new Uint8Array(head.buffer));
  bytes.set(wanted, head.byteLength);
  bytes.set(pixels, head.byteLength + wanted.length);
  return bytes;
}
