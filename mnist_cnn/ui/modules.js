// All of the page's own modules in one answer instead of a hundred: web.py puts their texts in here.
// A module is imported from an address that stands for its text, in which the addresses of the
// modules that it imports have been put in place of their paths. No two may import each other.
const SOURCES = {}; // name, as "pad/pad.js": text
const COMPONENT = /^(\w+)\/\1\.js$/;
const addresses = new Map(); // name: address

window.mnistCnnPrefix = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

const STATIC = /(\bfrom |^import )"(\.{1,2}\/[^"]+)"/gm;
const DYNAMIC = "import(";

/** Import a module by its name. */
export const load = (name) => import(addressOf(name));

/** Import a module by its path from another one. */
export const loadFrom = (name, path) => load(resolve(name, path));

function addressOf(name) {
  if (!addresses.has(name)) {
    const parts = [textOf(name), `\n//# sourceURL=${new URL(name, import.meta.url)}`];
    const text = new Blob(parts, { type: "text/javascript" });
    addresses.set(name, URL.createObjectURL(text));
  }
  return addresses.get(name);
}

/** On the same lines as in its file, so that stack traces are true. */
function textOf(name) {
  const text = SOURCES[name].replace(
    STATIC,
    (_, before, path) => `${before}"${addressOf(resolve(name, path))}"`,
  );
  if (!text.includes(DYNAMIC)) return text;
  const dynamic = text.replaceAll(DYNAMIC, `loadFrom("${name}", `);
  return `import { loadFrom } from "${import.meta.url}"; ${dynamic}`;
}

const resolve = (name, path) => new URL(path, `file:///${name}`).pathname.slice(1);

Object.keys(SOURCES).filter((name) => COMPONENT.test(name)).forEach(load); // before Gradio is there
