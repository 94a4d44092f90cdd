// The clipboard, which browsers open to secure pages only: https, or this very machine.

/** Copy text; false if the browser does not allow it. */
export async function copyText(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return false;
  }
}
