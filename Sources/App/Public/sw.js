// The service worker: the files of the site, and the page that says there is no connection. It keeps no other page,
// so that it can show neither an old one nor somebody else's. The server writes a line before this one: FILES, the
// addresses of style, scripts and icons, which change with their content.
'use strict';

const OFFLINE = '/offline' + location.search;
const NAME = [OFFLINE, ...FILES].join(' ');

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll([...FILES, OFFLINE])));
});

addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
    // The page is asked for while the worker still starts.
    await registration.navigationPreload?.enable();
    await clients.claim();
  })());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode === 'navigate') event.respondWith(page(event));
  else if (FILES.includes(new URL(request.url).pathname)) event.respondWith(file(request));
});

/** A page always comes from the server. */
async function page(event) {
  try {
    return await event.preloadResponse || await fetch(event.request);
  } catch {
    return await (await caches.open(NAME)).match(OFFLINE) || Response.error();
  }
}

/** A file is named after its content, so the kept one is the right one. */
async function file(request) {
  return await (await caches.open(NAME)).match(request.url) || fetch(request);
}
