// SPDX-License-Identifier: BSD-2-Clause
/**
 * Service worker: the page with the network off, and isolation where the host cannot send headers.
 *
 * The build puts in VERSION and FILES (vite.config.ts). Every answer carries COOP/COEP/CORP, so a host without header
 * control still gives an isolated page after one reload.
 * Documents come from the network when it answers quickly, else from the cache; hashed files come from the cache.
 * A new version installs beside the old one and takes over when the last old tab is gone: never during a session.
 */
const VERSION = '%VERSION%';
const FILES = ['%FILES%'];
const CACHE = `rumpus-${VERSION}`;
const DOCUMENT_PATIENCE_MS = 1500;

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

function isolated(response) {
  if (response.status === 0 || response.headers.get('Cross-Origin-Embedder-Policy')) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  const bodiless = response.status === 204 || response.status === 304;
  return new Response(bodiless ? null : response.body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}

async function precache() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    FILES.map(async (file) => {
      const response = await fetch(file, { cache: file === './' ? 'reload' : 'default' });
      if (!response.ok) throw new Error(`${file}: ${response.status}`);
      await cache.put(new URL(file, self.registration.scope), isolated(response));
    }),
  );
}

async function dropOldCaches() {
  for (const name of await caches.keys()) {
    if (name.startsWith('rumpus-') && name !== CACHE) await caches.delete(name);
  }
}

async function cachedDocument() {
  const cache = await caches.open(CACHE);
  return cache.match(self.registration.scope, { ignoreVary: true });
}

/** The browser may have asked already while this worker was starting (navigation preload). */
async function networkDocument(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

async function answerDocument(event) {
  const network = networkDocument(event);
  const cached = await cachedDocument();
  if (!cached) return isolated(await network);
  const impatience = new Promise((resolve) => setTimeout(resolve, DOCUMENT_PATIENCE_MS));
  const response = await Promise.race([network.catch(() => undefined), impatience]);
  return response?.ok ? isolated(response) : cached;
}

async function answerFile(request) {
  const cache = await caches.open(CACHE);
  // Vary is ignored: the files are the same for everybody, and module requests differ from precaching in Origin only.
  const cached = (await cache.match(request, { ignoreVary: true })) ?? (await caches.match(request, { ignoreVary: true }));
  return cached ?? isolated(await fetch(request));
}

self.addEventListener('install', (event) => {
  event.waitUntil(precache());
});

self.addEventListener('activate', (event) => {
  const ready = Promise.all([self.registration.navigationPreload?.enable(), dropOldCaches()]);
  event.waitUntil(ready);
  // Not waited for: in Firefox the claim wants the worker active, and it would not become active before the claim.
  ready.then(() => self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.headers.has('range')) return;
  if (request.mode === 'navigate') event.respondWith(answerDocument(event));
  else if (url.href.startsWith(self.registration.scope)) event.respondWith(answerFile(request));
});

self.addEventListener('message', (event) => {
  if (event.data === 'takeOver') self.skipWaiting();
});
