// Stands in the page's head: the page's own modules come and are run while Gradio's are on their way,
// and so does what they read with.

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

/** Ask for modules.js, however often that takes; mount.js finds the components in it. */
window.mnistCnnModules = (async (address) => {
  const again = 2000; // milliseconds
  for (let attempt = 0; ; attempt++) {
    try {
      // Some browsers remember of an address that nothing came from there.
      return await import(attempt ? `${address}?attempt=${attempt}` : address);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it came, and is wrong
      await new Promise((resolve) => setTimeout(resolve, again));
    }
  }
})(new URL(document.currentScript.dataset.modules, document.baseURI).href);

/** Start the worker of background/background.js: the same modules, which find themselves without a page. */
window.mnistCnnWorker = ((address) => () => new Worker(address, { type: "module" }))(
  new URL(document.currentScript.dataset.modules, document.baseURI).href,
);

// What reads the drawing need not wait for the pad.
((reader) => window.mnistCnnModules.then(({ load }) => load("network/choice.js").begin(reader)))(
  JSON.parse(document.currentScript.dataset.reader),
);
