// Stands in the page's head: the page's own modules come and are run at once, while Gradio's are still
// on their way where it has any, and so does what they read with.

// A browser may refuse to keep anything for a frame in another page, and then throws at the mere
// name: what is to be kept is then kept as long as the page is open.
for (const name of ["localStorage", "sessionStorage"]) {
  try {
    void window[name];
  } catch {
    const kept = new Map();
    const value = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, words) => kept.set(key, String(words)),
      removeItem: (key) => kept.delete(key),
    };
    Object.defineProperty(window, name, { value });
  }
}

// The page may stand below a prefix.
window.mnistCnnPrefix = new URL(".", document.baseURI).pathname.slice(0, -1);

// What every part of the page is told, see Contents.told in contents.py.
window.mnistCnnPage = JSON.parse(document.currentScript.dataset.page);

/** The bytes of a file that is inside this page, compressed, in base64. */
window.mnistCnnInside = async (name) => {
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
  }
  if (!window.DecompressionStream) {
    document.getElementById("too-old").hidden = false;
    return new Promise(() => {}); // nothing can be done any more
  }
  const { text } = document.getElementById(`inside-${name}`);
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
};

{
  const { files } = window.mnistCnnPage;
  let modules = files["modules.js"] && new URL(files["modules.js"], document.baseURI).href;

  /** Ask for modules.js, however often that takes; early/early.js finds the components in it. */
  window.mnistCnnModules = (async () => {
    const again = 2000; // milliseconds
    modules ||= URL.createObjectURL(
      new Blob([await window.mnistCnnInside("modules.js")], { type: "text/javascript" }),
    );
    for (let attempt = 0; ; attempt++) {
      try {
        // Some browsers remember of an address that nothing came from there.
        await import(attempt ? `${modules}?attempt=${attempt}` : modules);
        return { load: window.mnistCnnLoad };
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it came, and is wrong
        await new Promise((resolve) => setTimeout(resolve, again));
      }
    }
  })();

  /** Start the worker of background/background.js: the same modules, which find themselves without a page. */
  window.mnistCnnWorker = () => new Worker(modules);

  /** Keep the page on this device, once there is nothing more urgent; browsers allow it on https only. */
  const keep = () =>
    navigator.serviceWorker.register(files["sw.js"], { scope: "./" }).catch((error) => {
      // oxlint-disable-next-line no-console
      console.info("The page is not kept for when there is no network:", error.message);
    });
  if (files["sw.js"] && navigator.serviceWorker) window.addEventListener("load", keep);

  // What reads the drawing need not wait for the pad.
  window.mnistCnnModules.then(({ load }) => load("network/choice.js").begin(window.mnistCnnPage));
}
