// The page is served before the network is loaded: some seconds after a server has started.
import { pause } from "./pause.js";

const LOOK = 300; // milliseconds from one look to the next
const PATIENCE = 3000; // milliseconds until the server is taken not to say

/** Settle when the network is awake, or the server does not say; `onAsleep` is called while not. */
export async function whenAwake(onAsleep) {
  while (await asleep()) {
    onAsleep();
    await pause(LOOK);
  }
}

async function asleep() {
  const address = `${window.mnistCnnPrefix ?? ""}/health`;
  try {
    const response = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return response.status === 503 && (await response.json()).status === "waking";
  } catch {
    return false; // drawings find out what is wrong
  }
}
