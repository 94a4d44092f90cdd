// The service worker: keeps the page on this device, as it is without a server. site.py puts in the
// addresses, relative to the page's own. Browsers run it on https and on localhost.
const PAGE = "", FILES = [];

const SERVER_TIMEOUT = 5000; // milliseconds to wait for the server before the kept page is opened
const home = self.registration.scope;
const kept = caches.open(home);
const same = { ignoreVary: true }; // compressed or not

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET" || !url.startsWith(home)) return;
  const [path] = url.slice(home.length).split("?");
  if (mode === "navigate" && ["", "index.html"].includes(path)) event.respondWith(page(event.request));
  else if (FILES.includes(path)) event.respondWith(file(event.request));
});

/** Fetch the files that are not kept yet, and the page as it is now. */
async function keep() {
  const cache = await kept;
  const found = await Promise.all(FILES.map((path) => cache.match(home + path, same)));
  await cache.addAll(FILES.filter((_, i) => !found[i]).map((path) => home + path));
  await cache.add(new Request(home + PAGE, { cache: "no-cache" }));
}

async function forget() {
  const cache = await kept;
  const wanted = new Set([PAGE, ...FILES].map((path) => home + path));
  const old = (await cache.keys()).filter(({ url }) => !wanted.has(url));
  await Promise.all(old.map((request) => cache.delete(request)));
}

const file = async (request) => (await (await kept).match(request, same)) ?? fetch(request);

/** The page from the server or, if it does not answer in time, the one that is kept. */
async function page(request) {
  const control = new AbortController();
  const late = setTimeout(() => control.abort(), SERVER_TIMEOUT);
  try {
    // Ask the server even where a host has set no caching; a slow download may take its time.
    const answer = await fetch(request, { signal: control.signal, cache: "no-cache" });
    clearTimeout(late);
    if (answer.status < 500) return answer;
  } catch (error) {
    // oxlint-disable-next-line no-console
    console.info("The page is opened as it was kept:", error.message);
  }
  return (await kept).match(home + PAGE, same);
}
