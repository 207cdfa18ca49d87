// SPDX-License-Identifier: BSD-2-Clause
/**
 * The drawer's list in IndexedDB: one small record an image (name, device, first bytes, file handle). The bytes of
 * stored images are in the block store of workers/stores, under the record's id.
 *
 * Order on adding: bytes first, record last; on removing: record first, bytes last. A crash in between leaves bytes
 * nobody lists, which the next list() removes, and never a record without its bytes.
 */
import { type IDBPDatabase, openDB } from 'idb';
import type { CatalogRecord, CopyProgress, ImageCatalog } from './image_catalog';

const DATABASE = 'rumpus-drawer';
const VERSION = 1;
const RECORDS = 'images';

/** Bytes of stored images. */
export interface ImageBytes {
  list(): Promise<readonly string[]>;
  store(id: string, file: Blob, onProgress: CopyProgress, signal: AbortSignal): Promise<void>;
  remove(id: string): Promise<void>;
  read(id: string): Promise<ReadableStream<Uint8Array>>;
}

async function openDatabase(): Promise<IDBPDatabase> {
  return openDB(DATABASE, VERSION, {
    upgrade(db) {
      db.createObjectStore(RECORDS, { keyPath: 'id' });
    },
    blocking(_current, _blocked, event) {
      // Another tab wants a newer version: let it, this tab opens again when it next needs to.
      (event.target as IDBDatabase | null)?.close();
    },
  });
}

async function room(): Promise<number | undefined> {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  if (estimate?.quota === undefined || estimate.usage === undefined) return undefined;
  return estimate.quota - estimate.usage;
}

/** Rejects where IndexedDB is missing or refused. */
export async function browserCatalog(bytes: ImageBytes): Promise<ImageCatalog> {
  const db = await openDatabase();
  const put = async (record: CatalogRecord): Promise<void> => {
    await db.put(RECORDS, record);
  };
  return {
    durable: true,
    list: async () => (await db.getAll(RECORDS)) as CatalogRecord[],
    store: async (record, file, onProgress, signal) => {
      await bytes.store(record.id, file, onProgress, signal);
      await put(record);
      // Asked only now that there is something to lose; the answer changes nothing here.
      await navigator.storage?.persist?.().catch(() => false);
    },
    link: put,
    change: async (id, change) => {
      const transaction = db.transaction(RECORDS, 'readwrite');
      const record = (await transaction.store.get(id)) as CatalogRecord | undefined;
      if (record) await transaction.store.put({ ...record, ...change });
      await transaction.done;
    },
    remove: async (id) => {
      await db.delete(RECORDS, id);
      await bytes.remove(id);
    },
    read: (id) => bytes.read(id),
    room,
  };
}
