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

import(prefix + props.module).then((module) => module.mount(element, props));
