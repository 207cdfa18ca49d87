// SPDX-License-Identifier: BSD-2-Clause
/** The service worker's side of the page: offline readiness, and isolation by one reload where headers are missing. */
import type { UiStore } from './state/ui_store';

const TRIED = 'rumpus.isolation-tried';
const WORKER_URL = './sw.js';

function triedBefore(): boolean {
  try {
    return sessionStorage.getItem(TRIED) === 'yes';
  } catch {
    return true;
  }
}

/**
 * Not isolated: install the worker, which adds the headers, and reload once.
 * @returns true when the page is about to reload.
 */
export async function isolateByWorker(): Promise<boolean> {
  if (self.crossOriginIsolated) {
    forgetTry();
    return false;
  }
  if (!('serviceWorker' in navigator) || !isSecureContext || triedBefore() || noWorkerWanted()) return false;
  try {
    const registration = await navigator.serviceWorker.register(WORKER_URL);
    await controlOf(registration);
    sessionStorage.setItem(TRIED, 'yes');
  } catch {
    return false;
  }
  location.reload();
  return true;
}

function forgetTry(): void {
  try {
    sessionStorage.removeItem(TRIED);
  } catch {
    // Storage refused: there was nothing to forget.
  }
}

/** ?sw=off: for tests and for developing without a cache in between. */
function noWorkerWanted(): boolean {
  return new URLSearchParams(location.search).get('sw') === 'off';
}

function controlOf(registration: ServiceWorkerRegistration): Promise<void> {
  if (registration.active) return Promise.resolve();
  const worker = registration.installing ?? registration.waiting;
  return new Promise((resolve, reject) => {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('the service worker could not be installed'));
    });
  });
}

/** After the first prompt, so that it never competes with booting. */
export async function makeOfflineReady(store: UiStore): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || noWorkerWanted()) return;
  store.setState({ offline: 'preparing' });
  try {
    const registration = await navigator.serviceWorker.register(WORKER_URL);
    if (registration.waiting && navigator.serviceWorker.controller) store.setState({ offline: 'update' });
    registration.addEventListener('updatefound', () => followUpdate(registration, store));
    await navigator.serviceWorker.ready;
    store.setState((state) => ({ offline: state.offline === 'update' ? 'update' : 'ready' }));
  } catch {
    store.setState({ offline: 'no' });
  }
}

function followUpdate(registration: ServiceWorkerRegistration, store: UiStore): void {
  const worker = registration.installing;
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed' && navigator.serviceWorker.controller) store.setState({ offline: 'update' });
  });
}
