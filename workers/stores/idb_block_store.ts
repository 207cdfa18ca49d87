// SPDX-License-Identifier: BSD-2-Clause
/**
 * A disk in IndexedDB: records of 16 KiB, a write-back cache in front, all waiting requests in one transaction.
 *
 * Writes go to the cache. A relaxed transaction writes dirty records back after a while or when there are many; flush() and
 * write(sync) write all dirty records in a strict one. IndexedDB runs write transactions of a store one after the other in the
 * order they were made, so what a barrier() wrote out is in front of everything later. A record is replaced as a whole by
 * its transaction, so it is never torn.
 */
import { EBUSY, EINVAL, EROFS } from '../../hypercall-js/errno.gen.ts';
import type { BlockStore } from './block_store.ts';
import {
  completed,
  ImageCatalogue,
  type ImageEntry,
  keyRange,
  lockName,
  RECORD_BYTES,
  requested,
} from './image_catalogue.ts';
import { StoreError } from './store_error.ts';

const DIRTY_MAX = 256;
const CLEAN_MAX = 2048;
const WRITE_BACK_MS = 500;
const READ_AHEAD = 8;

interface CacheRecord {
  data: Uint8Array;
  dirty: boolean;
}

export interface IdbOptions {
  readonly readOnly: boolean;
  readonly factory?: IDBFactory;
  readonly locks?: LockManager | undefined;
}

export class IdbBlockStore implements BlockStore {
  readonly size: number;
  private readonly base: number;
  /** Least recently used first. */
  private readonly cache = new Map<number, CacheRecord>();
  private dirtyCount = 0;
  private wanted = new Map<number, ((record: CacheRecord) => void)[]>();
  private failed: ((error: unknown) => void)[] = [];
  private fetching = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastWrite: Promise<void> = Promise.resolve();
  private writeError: unknown;
  private lastRead = -1;

  private constructor(
    private readonly catalogue: ImageCatalogue,
    entry: ImageEntry,
    readonly readOnly: boolean,
    private readonly unlock: () => void,
  ) {
    this.size = entry.size;
    [this.base] = keyRange(entry.number);
  }

  /** Open an image; EBUSY when another tab or kernel has it. */
  static async open(id: string, options: IdbOptions): Promise<IdbBlockStore> {
    const catalogue = await ImageCatalogue.open(options.factory ?? indexedDB);
    const unlock = await holdLock(
      id,
      options.readOnly,
      'locks' in options ? options.locks : globalThis.navigator?.locks,
    );
    if (unlock === undefined) {
      catalogue.close();
      throw new StoreError(
        EBUSY,
        'this image is open in another tab; close it there, attach it read-only, or make a copy',
      );
    }
    try {
      return new IdbBlockStore(catalogue, await catalogue.get(id), options.readOnly, unlock);
    } catch (error) {
      unlock();
      catalogue.close();
      throw error;
    }
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    this.check(offset, dst.length);
    await this.each(offset, dst.length, false, (record, at, from, count) => {
      dst.set(record.data.subarray(from, from + count), at);
    });
  }

  async write(offset: number, src: Uint8Array, options: { readonly sync: boolean }): Promise<void> {
    if (this.readOnly) throw new StoreError(EROFS, 'attached read-only');
    this.check(offset, src.length);
    await this.each(offset, src.length, true, (record, at, from, count) => {
      record.data.set(src.subarray(at, at + count), from);
      this.markDirty(record);
    });
    if (options.sync) await this.flush();
    else if (this.dirtyCount >= DIRTY_MAX) await this.writeOut('relaxed');
    else this.schedule();
  }

  async discard(offset: number, length: number): Promise<void> {
    const zeros = new Uint8Array(Math.min(length, 1 << 20));
    for (let at = 0; at < length; at += zeros.length)
      await this.write(offset + at, zeros.subarray(0, Math.min(zeros.length, length - at)), { sync: false });
  }

  async barrier(): Promise<void> {
    await this.writeOut('relaxed');
  }

  async flush(): Promise<void> {
    await this.writeOut('strict');
  }

  async close(): Promise<void> {
    try {
      if (!this.readOnly) await this.flush();
    } finally {
      clearTimeout(this.timer);
      this.unlock();
      this.catalogue.close();
    }
  }

  /** Visit the records of a range. Synchronous, once the records it needs are in the cache. */
  private async each(
    offset: number,
    length: number,
    write: boolean,
    visit: (record: CacheRecord, at: number, from: number, count: number) => void,
  ): Promise<void> {
    const first = Math.floor(offset / RECORD_BYTES);
    const last = Math.floor((offset + length - 1) / RECORD_BYTES);
    const missing: Promise<unknown>[] = [];
    for (let n = first; n <= last; n++) {
      const whole = write && offset <= n * RECORD_BYTES && offset + length >= (n + 1) * RECORD_BYTES;
      if (whole && !this.cache.has(n)) this.insert(n, new Uint8Array(RECORD_BYTES));
      else if (!this.cache.has(n)) missing.push(this.want(n));
    }
    if (!write && missing.length > 0) this.readAhead(first, last);
    this.lastRead = last;
    if (missing.length > 0) await Promise.all(missing);
    for (let n = first; n <= last; n++) {
      const record = this.cache.get(n) ?? (await this.want(n));
      this.touch(n, record);
      const from = Math.max(0, offset - n * RECORD_BYTES);
      const to = Math.min(RECORD_BYTES, offset + length - n * RECORD_BYTES);
      visit(record, n * RECORD_BYTES + from - offset, from, to - from);
    }
    this.evict();
  }

  private readAhead(first: number, last: number): void {
    if (first !== this.lastRead && first !== this.lastRead + 1) return;
    const end = Math.ceil(this.size / RECORD_BYTES);
    for (let n = last + 1; n <= last + READ_AHEAD && n < end; n++)
      if (!this.cache.has(n) && !this.wanted.has(n)) this.want(n).catch(() => undefined);
  }

  /** The record from the database; requests of the same turn share one transaction. */
  private want(n: number): Promise<CacheRecord> {
    return new Promise((resolve, reject) => {
      const waiters = this.wanted.get(n);
      if (waiters === undefined) this.wanted.set(n, [resolve]);
      else waiters.push(resolve);
      this.failed.push(reject);
      if (this.fetching) return;
      this.fetching = true;
      queueMicrotask(() => void this.fetch());
    });
  }

  private async fetch(): Promise<void> {
    const wanted = this.wanted;
    const failed = this.failed;
    this.wanted = new Map();
    this.failed = [];
    this.fetching = false;
    try {
      const store = this.catalogue.db.transaction('records').objectStore('records');
      await Promise.all(
        runs([...wanted.keys()]).map(async ([from, to]) => {
          const found = await this.getRun(store, from, to);
          for (let n = from; n <= to; n++) {
            const record = this.cache.get(n) ?? this.insert(n, found.get(n) ?? new Uint8Array(RECORD_BYTES));
            for (const resolve of wanted.get(n) ?? []) resolve(record);
          }
        }),
      );
    } catch (error) {
      for (const reject of failed) reject(error);
    }
  }

  private async getRun(store: IDBObjectStore, from: number, to: number): Promise<Map<number, Uint8Array>> {
    if (from === to) {
      const data = await requested(store.get(this.base + from) as IDBRequest<Uint8Array | undefined>);
      return new Map(data === undefined ? [] : [[from, data]]);
    }
    const range = IDBKeyRange.bound(this.base + from, this.base + to);
    const [keys, values] = await Promise.all([
      requested(store.getAllKeys(range)),
      requested(store.getAll(range) as IDBRequest<Uint8Array[]>),
    ]);
    return new Map(keys.map((key, i) => [Number(key) - this.base, values[i] as Uint8Array]));
  }

  private insert(n: number, data: Uint8Array): CacheRecord {
    const record = { data, dirty: false };
    this.cache.set(n, record);
    return record;
  }

  private touch(n: number, record: CacheRecord): void {
    this.cache.delete(n);
    this.cache.set(n, record);
  }

  private evict(): void {
    let surplus = this.cache.size - this.dirtyCount - CLEAN_MAX;
    if (surplus <= 0) return;
    for (const [n, record] of this.cache) {
      if (record.dirty) continue;
      this.cache.delete(n);
      if (--surplus <= 0) return;
    }
  }

  private markDirty(record: CacheRecord): void {
    if (record.dirty) return;
    record.dirty = true;
    this.dirtyCount++;
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.writeOut('relaxed').catch((error) => {
        this.writeError = error;
      });
    }, WRITE_BACK_MS);
  }

  /** Write all dirty records in one transaction behind all earlier ones; an earlier failure is reported here too. */
  private async writeOut(durability: IDBTransactionDurability): Promise<void> {
    if (this.writeError !== undefined) {
      const error = this.writeError;
      this.writeError = undefined;
      throw error;
    }
    const dirty = [...this.cache].filter(([, record]) => record.dirty);
    const before = this.lastWrite;
    if (dirty.length === 0 && durability === 'relaxed') return await before;
    const done = this.putAll(dirty, durability);
    this.lastWrite = done.catch(() => undefined);
    await before;
    await done;
  }

  private async putAll(dirty: readonly [number, CacheRecord][], durability: IDBTransactionDurability): Promise<void> {
    const transaction = this.catalogue.db.transaction('records', 'readwrite', { durability });
    const store = transaction.objectStore('records');
    for (const [n, record] of dirty) {
      store.put(record.data, this.base + n);
      record.dirty = false;
    }
    this.dirtyCount -= dirty.length;
    // A strict transaction without a request may complete without touching the disk.
    if (dirty.length === 0) store.delete(this.base + 0xffffffff);
    try {
      await completed(transaction);
    } catch (error) {
      for (const [, record] of dirty) this.markDirty(record);
      throw error;
    }
  }

  private check(offset: number, length: number): void {
    if (offset < 0 || offset + length > this.size)
      throw new StoreError(EINVAL, `range ${offset}+${length} is outside an image of ${this.size} bytes`);
  }
}

/** Consecutive numbers joined to [first, last] pairs. */
function runs(numbers: number[]): [number, number][] {
  const out: [number, number][] = [];
  for (const n of numbers.sort((a, b) => a - b)) {
    const run = out.at(-1);
    if (run !== undefined && run[1] === n - 1) run[1] = n;
    else out.push([n, n]);
  }
  return out;
}

/** Take the image's lock for the life of the store; returns its release, or undefined when somebody else has it. */
function holdLock(id: string, readOnly: boolean, locks: LockManager | undefined): Promise<(() => void) | undefined> {
  if (locks === undefined) return Promise.resolve(() => undefined);
  return new Promise((resolve, reject) => {
    locks
      .request(lockName(id), { ifAvailable: true, mode: readOnly ? 'shared' : 'exclusive' }, (lock) => {
        if (lock === null) {
          resolve(undefined);
          return undefined;
        }
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}
