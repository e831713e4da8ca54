// Keeps the emergency pages for when the network is gone. The server puts the constants above this
// line: VERSION, a hash over everything that is kept; PAGES and FILES, addresses below ROOT.

const PREFIX = `emergency ${ROOT} `;
const CACHE = PREFIX + VERSION;

async function keep() {
  const cache = await caches.open(CACHE);
  // Pages as they are now, not as some cache on the way holds them; a file's address holds its hash.
  const pages = PAGES.map((path) => new Request(path, { cache: "no-cache" }));
  await cache.addAll([...pages, ...FILES]);
  await self.skipWaiting();
}

async function forgetOlder() {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// A file never changes under its address.
async function file(request) {
  const kept = await caches.match(request, { cacheName: CACHE });
  return kept ?? fetch(request);
}

// A page comes from the server as long as that answers; the kept one stands in for one that cannot.
async function page(request, address) {
  const kept = () => caches.match(address, { cacheName: CACHE });
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    const stored = await kept();
    if (stored) return stored;
    throw error;
  }
  return response.status >= 500 ? ((await kept()) ?? response) : response;
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  // Questions stand behind the path; the page that answers them is one.
  if (FILES.includes(url.pathname)) event.respondWith(file(request));
  else if (PAGES.includes(url.pathname)) event.respondWith(page(request, url.pathname));
});
