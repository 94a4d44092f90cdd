// The page is served before the network is loaded: some seconds after a server has started.

const LOOK = 300; // milliseconds from one look to the next

/** Settle when the network is awake, or the server does not say; `onAsleep` is called while not. */
export async function whenAwake(onAsleep) {
  while (await asleep()) {
    onAsleep();
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

async function asleep() {
  const address = `${window.mnistCnnPrefix ?? ""}/health`;
  try {
    const response = await fetch(address, { cache: "no-store" });
    return response.status === 503 && (await response.json()).status === "waking";
  } catch {
    return false; // drawings find out what is wrong
  }
}
