// Runs when Gradio has put a component on the page: imports the component's own module.
// `element` and `props` come from gr.HTML. Behind a proxy, Gradio knows the path prefix.
const prefix = new URL(window.gradio_config.root, location.href).pathname.replace(/\/$/, "");
window.mnistCnnPrefix = prefix;
window.mnistCnnLanguages = props.languages;

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

const AGAIN = 2000; // milliseconds until a module that did not come is asked for again
const REMEMBERED = 3; // failures, until it is not the line's fault but the browser's
const RELOADED = "mnist_cnn.reloaded";

// Whole: Gradio makes a function of this text, and a browser may keep one of another server's page,
// in the same tab before, to whose address a path would belong.
const address = location.origin + prefix + props.module;

/** Import the module, however often that takes: it, or one that it imports, may not have come. */
async function load(failures = 0) {
  try {
    return await import(address);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it came, and is wrong
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
    if (failures + 1 === REMEMBERED) await startAnew();
    return load(failures + 1);
  }
}

/** Some browsers remember a failure as long as the page is open: then, once, open it anew. */
async function startAnew() {
  const { ok } = await fetch(address).catch(() => ({ ok: false }));
  if (!ok || sessionStorage.getItem(RELOADED)) return; // it is the line, or of no use
  sessionStorage.setItem(RELOADED, "yes");
  location.reload();
}

load().then((module) => module.mount(element, props));
