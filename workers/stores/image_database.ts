// SPDX-License-Identifier: BSD-2-Clause
/**
 * The IndexedDB database of images: a catalogue, and one store of 16 KiB records keyed image number * 2^32 + record.
 * A record that does not exist reads as zeros, and so does one of no bytes.
 */
import { EIO, ENOSPC } from '../../hypercall-js/errno.gen.ts';
import { StoreError } from './store_error.ts';

export const DATABASE = 'rumpus';
/** Raise with a new rung in LADDER; a rung is never changed afterwards. */
export const SCHEMA_VERSION = 2;
export const KEY_STEP = 0x100000000;

type Rung = (db: IDBDatabase, transaction: IDBTransaction) => void;

const LADDER: readonly Rung[] = [
  // 1: images {id, number, name, size, created, type}
  (db) => {
    db.createObjectStore('images', { keyPath: 'id' });
    db.createObjectStore('records');
  },
  // 2: images also say where their bytes are, and their snapshots
  (_db, transaction) => {
    const request = transaction.objectStore('images').openCursor();
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return;
      cursor.update({
        storage: 'indexeddb',
        layers: [{ number: cursor.value.number, name: '', created: 0 }],
        ...cursor.value,
      });
      cursor.continue();
    };
  },
];

/** Promise of a request. */
export function requested<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(storeError(request.error));
  });
}

/** Promise of a transaction's end. */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(storeError(transaction.error));
    transaction.onerror = (event) => event.preventDefault();
  });
}

/** What a browser's storage says, as errno and a sentence. */
export function storeError(error: { readonly name: string; readonly message: string } | null): StoreError {
  if (error?.name === 'QuotaExceededError')
    return new StoreError(
      ENOSPC,
      'the browser gives this site no more storage; export an image and delete it to make room',
    );
  return new StoreError(EIO, `browser storage: ${error?.message ?? 'ended'}`);
}

/** First key and the key after the last of an image's records. */
export function keyRange(image: number): [number, number] {
  return [image * KEY_STEP, (image + 1) * KEY_STEP];
}

export function openImageDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(DATABASE, SCHEMA_VERSION);
    request.onupgradeneeded = (event) => {
      for (const rung of LADDER.slice(event.oldVersion)) rung(request.result, request.transaction as IDBTransaction);
    };
    request.onblocked = () => reject(new StoreError(EIO, 'another tab runs an older version of this page; close it'));
    request.onerror = () => reject(storeError(request.error));
    request.onsuccess = () => {
      const db = request.result;
      db.onversionchange = () => db.close();
      resolve(db);
    };
  });
}
