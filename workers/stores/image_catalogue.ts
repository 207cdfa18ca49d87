// SPDX-License-Identifier: BSD-2-Clause
/**
 * The IndexedDB database of images: a catalogue, and one store of 16 KiB records keyed image number * 2^32 + record.
 * A record that does not exist reads as zeros.
 */
import { EIO, ENOENT, ENOSPC } from '../../hypercall-js/errno.gen.ts';
import { StoreError } from './store_error.ts';

export const RECORD_BYTES = 16384;
const DATABASE = 'rumpus';
/** Raise with a new rung in LADDER; a rung is never changed afterwards. */
export const SCHEMA_VERSION = 1;
const KEY_STEP = 0x100000000;
const IMPORT_BATCH = 64;
/** Record number of the marker that reserves an image number; no image is that long. */
const MARKER = KEY_STEP - 2;

const LADDER: readonly ((db: IDBDatabase) => void)[] = [
  // 1
  (db) => {
    db.createObjectStore('images', { keyPath: 'id' });
    db.createObjectStore('records');
  },
];

export interface ImageEntry {
  readonly id: string;
  /** Number in the keys of its records; never used again. */
  readonly number: number;
  readonly name: string;
  readonly size: number;
  /** ms since 1970 */
  readonly created: number;
  /** What was found inside, such as `cd9660`; '' unknown. */
  readonly type: string;
}

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

/** What IndexedDB says, as errno and a sentence. */
export function storeError(error: DOMException | null): StoreError {
  if (error?.name === 'QuotaExceededError')
    return new StoreError(
      ENOSPC,
      'the browser gives this site no more storage; export an image and delete it to make room',
    );
  return new StoreError(EIO, `IndexedDB: ${error?.message ?? 'unknown error'}`);
}

/** First key and the key after the last of an image's records. */
export function keyRange(image: number): [number, number] {
  return [image * KEY_STEP, (image + 1) * KEY_STEP];
}

export const lockName = (id: string): string => `rumpus:image:${id}`;

export class ImageCatalogue {
  private constructor(readonly db: IDBDatabase) {}

  static open(factory: IDBFactory = indexedDB): Promise<ImageCatalogue> {
    return new Promise((resolve, reject) => {
      const request = factory.open(DATABASE, SCHEMA_VERSION);
      request.onupgradeneeded = (event) => {
        for (const rung of LADDER.slice(event.oldVersion)) rung(request.result);
      };
      request.onblocked = () => reject(new StoreError(EIO, 'another tab runs an older version of this page; close it'));
      request.onerror = () => reject(storeError(request.error));
      request.onsuccess = () => {
        const db = request.result;
        db.onversionchange = () => db.close();
        resolve(new ImageCatalogue(db));
      };
    });
  }

  async list(): Promise<ImageEntry[]> {
    return await requested(this.db.transaction('images').objectStore('images').getAll() as IDBRequest<ImageEntry[]>);
  }

  async get(id: string): Promise<ImageEntry> {
    const entry = await requested(
      this.db.transaction('images').objectStore('images').get(id) as IDBRequest<ImageEntry | undefined>,
    );
    if (entry === undefined) throw new StoreError(ENOENT, 'this image is not stored here any more');
    return entry;
  }

  /** Enter an empty image. */
  async create(name: string, size: number, type = '', id: string = crypto.randomUUID()): Promise<ImageEntry> {
    const entry = { ...(await this.reserve(name, size, type)), id };
    const transaction = this.db.transaction('images', 'readwrite', { durability: 'strict' });
    transaction.objectStore('images').put(entry);
    await completed(transaction);
    return entry;
  }

  async update(id: string, change: { readonly name?: string; readonly type?: string }): Promise<void> {
    const entry = await this.get(id);
    const transaction = this.db.transaction('images', 'readwrite', { durability: 'strict' });
    transaction.objectStore('images').put({ ...entry, ...change });
    await completed(transaction);
  }

  /** Forget an image and its records. */
  async remove(id: string): Promise<void> {
    const entry = await this.get(id);
    const [from, to] = keyRange(entry.number);
    const transaction = this.db.transaction(['images', 'records'], 'readwrite', { durability: 'strict' });
    transaction.objectStore('records').delete(IDBKeyRange.bound(from, to, false, true));
    transaction.objectStore('images').delete(id);
    await completed(transaction);
  }

  /**
   * Copy a file into the storage. The image appears in the catalogue only when it is complete.
   * @param onProgress  bytes done
   */
  async import(
    file: Blob,
    name: string,
    type = '',
    onProgress?: (bytes: number) => void,
    signal?: AbortSignal,
    id: string = crypto.randomUUID(),
  ): Promise<ImageEntry> {
    const entry = { ...(await this.reserve(name, file.size, type)), id };
    const [base] = keyRange(entry.number);
    try {
      for (let at = 0; at < file.size; at += IMPORT_BATCH * RECORD_BYTES) {
        signal?.throwIfAborted();
        const bytes = new Uint8Array(await file.slice(at, at + IMPORT_BATCH * RECORD_BYTES).arrayBuffer());
        await this.putRecords(base + at / RECORD_BYTES, bytes);
        onProgress?.(Math.min(file.size, at + bytes.length));
      }
      const transaction = this.db.transaction('images', 'readwrite', { durability: 'strict' });
      transaction.objectStore('images').put(entry);
      await completed(transaction);
      return entry;
    } catch (error) {
      const [from, to] = keyRange(entry.number);
      this.db
        .transaction('records', 'readwrite')
        .objectStore('records')
        .delete(IDBKeyRange.bound(from, to, false, true));
      throw error;
    }
  }

  /**
   * A number that no image and no left-over record has. Taken by a marker behind the last record in the transaction that
   * found it free: imports that run at the same time, here or in another tab, never share one.
   */
  private async reserve(name: string, size: number, type: string): Promise<ImageEntry> {
    const transaction = this.db.transaction(['images', 'records'], 'readwrite');
    const records = transaction.objectStore('records');
    const all = await requested(transaction.objectStore('images').getAll() as IDBRequest<ImageEntry[]>);
    const cursor = await requested(records.openKeyCursor(null, 'prev'));
    const used = Math.max(
      all.reduce((most, entry) => Math.max(most, entry.number), 0),
      Math.floor(Number(cursor?.key ?? 0) / KEY_STEP),
    );
    records.put(new Uint8Array(0), keyRange(used + 1)[0] + MARKER);
    await completed(transaction);
    return { id: crypto.randomUUID(), number: used + 1, name, size, created: Date.now(), type };
  }

  private async putRecords(key: number, bytes: Uint8Array): Promise<void> {
    const transaction = this.db.transaction('records', 'readwrite', { durability: 'relaxed' });
    const store = transaction.objectStore('records');
    for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
      const record = new Uint8Array(RECORD_BYTES);
      record.set(bytes.subarray(at, at + RECORD_BYTES));
      if (record.some((b) => b !== 0)) store.put(record, key + at / RECORD_BYTES);
    }
    await completed(transaction);
  }

  close(): void {
    this.db.close();
  }
}
