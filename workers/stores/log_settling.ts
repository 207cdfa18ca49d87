// SPDX-License-Identifier: BSD-2-Clause
/**
 * Saves IndexedDB from Chromium after a crash. A browser killed in the middle of a write leaves half an entry at the end of the
 * log that its databases of a site share; the next session goes on in that log, and whoever opens it later finds the half entry
 * in the middle and deletes all databases of the site. More bytes than its memory table holds, written to a database of no use,
 * make it begin a new log and give up the old one.
 */
const NAME = 'rumpus-scratch';
const STORE = 'zeros';
const RECORD = 16384;
/** Twice 5 MiB: the table holds 4. */
const RECORDS = 320;
const ROUNDS = 2;

function ended<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function fill(db: IDBDatabase): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, 'readwrite', { durability: 'relaxed' });
    const store = transaction.objectStore(STORE);
    for (let n = 0; n < RECORDS; n++) store.put(new Uint8Array(RECORD), n);
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

async function settle(): Promise<void> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore(STORE);
  const db = await ended(opening);
  try {
    for (let round = 0; round < ROUNDS; round++) await fill(db);
  } finally {
    db.close();
    indexedDB.deleteDatabase(NAME);
  }
}

/**
 * Once for all pages of the site that are open: the first holds a lock for as long as it lives, others do nothing. Resolves when
 * it is done; a refusal (no room) is no error of anybody.
 */
export function settleLog(): Promise<void> {
  if (!('userAgentData' in navigator)) return Promise.resolve(); // no Chromium
  return new Promise((done) => {
    const hold = async (lock: Lock | null): Promise<void> => {
      if (lock !== null) await settle().catch(() => undefined);
      done();
      if (lock !== null) await new Promise(() => undefined);
    };
    navigator.locks.request(NAME, { ifAvailable: true }, hold).catch(() => done());
  });
}
