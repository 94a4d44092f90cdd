// Loads modules from the joined script: bundle.py inserts each one as a function, by its file's name.
// Names here begin with $ where modules see them, and clash with none of theirs.
"use strict";

const functions = {};
const modules = new Map();

function $load(name) {
  if (!modules.has(name)) modules.set(name, functions[name]());
  return modules.get(name);
}

// What bundle.py makes of an import on demand.
// oxlint-disable-next-line no-unused-vars
const $import = async (at, path) => $load(new URL(path, `file:///${at}/`).pathname.slice(1));

