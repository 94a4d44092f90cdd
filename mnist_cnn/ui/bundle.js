// What the page's modules find each other by: bundle.py puts them in here, each as a function of the
// name it has as a file. The modules' own names begin with a letter. It exports nothing: for the page it
// is a module, and for a worker, which a page from a disk can start as such only, a script.
"use strict";

const functions = {};
const modules = new Map();

function $load(name) {
  if (!modules.has(name)) modules.set(name, functions[name]());
  return modules.get(name);
}

// For what bundle.py makes of an import on demand.
// oxlint-disable-next-line no-unused-vars
const $import = async (at, path) => $load(new URL(path, `file:///${at}/`).pathname.slice(1));

self.mnistCnnLoad = $load;

if (!self.document) $load("background/worker.js"); // this is the worker that background.js has started
