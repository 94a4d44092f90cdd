// Runs in the page's head: loads the page's modules, and the network that reads the drawing, while
// Gradio's own modules are still on their way.

// In a frame of another page a browser may allow no storage, and throws at its mere name. Then a Map
// takes its place, until the page is closed.
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

window.mnistCnnOpened = window.mnistCnnLink() ?? window.mnistCnnKeptLink();

// The page may stand below a prefix.
window.mnistCnnPrefix = new URL(".", document.baseURI).pathname.slice(0, -1);

// What all components are told; see Contents.told in contents.py.
window.mnistCnnPage = JSON.parse(document.currentScript.dataset.page);

/** The bytes of a file that is inside this page, gzipped, in base64. */
window.mnistCnnInside = async (name) => {
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
  }
  if (!window.DecompressionStream) {
    document.getElementById("too-old").hidden = false;
    return new Promise(() => {}); // this page cannot start
  }
  const { text } = document.getElementById(`inside-${name}`);
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
};

{
  const { files } = window.mnistCnnPage;
  let modules = files["modules.js"] && new URL(files["modules.js"], document.baseURI).href;

  /** Load modules.js, again and again until it is there; resolves to {load(name)}. */
  window.mnistCnnModules = (async () => {
    const again = 2000; // milliseconds
    modules ||= URL.createObjectURL(
      new Blob([await window.mnistCnnInside("modules.js")], { type: "text/javascript" }),
    );
    for (let attempt = 0; ; attempt++) {
      try {
        // Some browsers remember that an import failed, so each attempt has an address of its own.
        await import(attempt ? `${modules}?attempt=${attempt}` : modules);
        return { load: window.mnistCnnLoad };
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it was loaded, and failed
        await new Promise((resolve) => setTimeout(resolve, again));
      }
    }
  })();

  /** Start the worker of worker/work.js, from the same file. */
  window.mnistCnnWorker = () => new Worker(modules);

  /** Keep the page on this device for when it is offline; browsers allow that on https only. */
  const keep = () =>
    navigator.serviceWorker.register(files["sw.js"], { scope: "./" }).catch((error) => {
      // oxlint-disable-next-line no-console
      console.info("The page is not kept for when there is no network:", error.message);
    });
  if (files["sw.js"] && navigator.serviceWorker) window.addEventListener("load", keep);

  // The network is loaded before the pad asks for it.
  window.mnistCnnModules.then(({ load }) => load("state/choice.js").begin(window.mnistCnnPage));
}
