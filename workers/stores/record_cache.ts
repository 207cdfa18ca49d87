// SPDX-License-Identifier: BSD-2-Clause
/**
 * A disk kept as records of 16 KiB: a write-back cache with read-ahead over a RecordStore, and perhaps a read-only store below
 * that answers for records nobody has written (copy on write).
 *
 * States of a record	(who moves it)
 *	absent -> loading	read, or a write to a part of it
 *	loading -> clean	the transaction of all requests of one turn
 *	clean -> dirty		write
 *	dirty -> writing	barrier, flush, a megabyte of dirty records, half a second
 *	writing -> clean	the put is done; dirty again when it failed or the record was written meanwhile
 *
 * Every put holds all dirty records, so no write is durable without those before the last barrier, and none of several records
 * is torn. Only clean records leave the cache: after a failed put (no room) nothing is lost, the next put tries all again.
 */
import { EINVAL, ENOTSUP, EROFS } from '../../hypercall-js/errno.gen.ts';
import type { BlockStore, DataRange } from './block_store.ts';
import { nextData } from './block_store.ts';
import { isZero, RECORD_BYTES, type RecordChange, type RecordRun, type RecordStore, runsOf } from './record_store.ts';
import { StoreError } from './store_error.ts';

const CLEAN_MAX = 4096;
/** Dirty records that start a write-back, and those that make writers wait for it. */
const WRITE_BACK = 16;
const UNSAVED_MAX = 512;
const WRITE_BACK_MS = 500;
const AHEAD_LEAST = 8;
const AHEAD_MOST = 64;

interface CacheRecord {
  readonly data: Uint8Array;
  dirty: boolean;
  /** Puts under way that hold it. */
  writing: number;
}

export interface RecordCacheOptions {
  readonly size: number;
  readonly readOnly: boolean;
  /** Answers for records that are not there; zeros without it. Closed with the cache. */
  readonly below?: BlockStore;
  readonly onClose?: () => void | Promise<void>;
}

export class RecordCache implements BlockStore {
  readonly size: number;
  readonly readOnly: boolean;
  /** Least recently used first. */
  private readonly cache = new Map<number, CacheRecord>();
  private readonly dirty = new Map<number, CacheRecord>();
  private readonly loading = new Map<number, Promise<CacheRecord>>();
  private demand: number[] = [];
  private batch: Promise<void> | undefined;
  private unsaved = 0;
  private puts: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writeError: unknown;
  private strict: Promise<void> | undefined;
  private nextStrict: Promise<void> | undefined;
  private readonly ahead = { expected: 0, end: 0, window: AHEAD_LEAST };

  constructor(
    private readonly records: RecordStore,
    private readonly options: RecordCacheOptions,
  ) {
    this.size = options.size;
    this.readOnly = options.readOnly;
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    this.check(offset, dst.length);
    const n = Math.floor(offset / RECORD_BYTES);
    if (dst.length > 0 && offset + dst.length <= (n + 1) * RECORD_BYTES) {
      const { data } = await this.one(n);
      dst.set(data.subarray(offset - n * RECORD_BYTES, offset - n * RECORD_BYTES + dst.length));
      return;
    }
    await this.each(offset, dst.length, false, (record, at, from, count) => {
      dst.set(record.data.subarray(from, from + count), at);
    });
  }

  async write(offset: number, src: Uint8Array, options: { readonly sync: boolean }): Promise<void> {
    this.checkWritable();
    this.check(offset, src.length);
    await this.each(offset, src.length, true, (record, at, from, count, n) => {
      record.data.set(src.subarray(at, at + count), from);
      this.markDirty(n, record);
    });
    await this.afterWrite(options.sync);
  }

  async discard(offset: number, length: number): Promise<void> {
    this.checkWritable();
    this.check(offset, length);
    const step = UNSAVED_MAX * RECORD_BYTES;
    for (let at = 0; at < length; at += step) {
      await this.each(offset + at, Math.min(step, length - at), true, (record, _at, from, count, n) => {
        record.data.fill(0, from, from + count);
        this.markDirty(n, record);
      });
      await this.afterWrite(false);
    }
  }

  async barrier(): Promise<void> {
    this.throwEarlier();
    await this.writeOut('relaxed');
  }

  /** Flushes that wait at the same time share one strict put. */
  async flush(): Promise<void> {
    this.throwEarlier();
    if (this.nextStrict !== undefined) return await this.nextStrict;
    if (this.strict === undefined) return await this.startStrict();
    this.nextStrict = this.strict
      .catch(() => undefined)
      .then(() => {
        this.nextStrict = undefined;
        return this.startStrict();
      });
    await this.nextStrict;
  }

  async nextData(from: number): Promise<DataRange | undefined> {
    await this.writeOut('relaxed');
    const run = await this.records.next(Math.floor(from / RECORD_BYTES));
    const below = this.options.below === undefined ? undefined : await nextData(this.options.below, from);
    const own =
      run === undefined || run[0] * RECORD_BYTES >= this.size
        ? undefined
        : {
            start: Math.max(from, run[0] * RECORD_BYTES),
            end: Math.min(this.size, (run[1] + 1) * RECORD_BYTES),
          };
    if (own === undefined || below === undefined) return own ?? below;
    if (own.start > below.start) return { start: below.start, end: Math.min(below.end, own.start) };
    return own;
  }

  async snapshot(name: string): Promise<void> {
    this.checkWritable();
    if (this.records.snapshot === undefined)
      throw new StoreError(ENOTSUP, 'what is kept in memory only has no snapshots');
    await this.flush();
    await this.records.snapshot(name);
  }

  async close(): Promise<void> {
    try {
      if (!this.readOnly) await this.flush();
    } finally {
      clearTimeout(this.timer);
      await this.options.below?.close();
      await this.records.close();
      await this.options.onClose?.();
    }
  }

  private startStrict(): Promise<void> {
    const strict = this.writeOut('strict').finally(() => {
      if (this.strict === strict) this.strict = undefined;
    });
    this.strict = strict;
    return strict;
  }

  private async afterWrite(sync: boolean): Promise<void> {
    if (sync) return await this.flush();
    if (this.dirty.size >= WRITE_BACK) {
      const done = this.writeOut('relaxed');
      if (this.unsaved >= UNSAVED_MAX) await done;
      else done.catch(this.keepError);
    } else this.schedule();
  }

  private readonly keepError = (error: unknown): void => {
    this.writeError = error;
  };

  /** A record to be read: most reads want no more. */
  private async one(n: number): Promise<CacheRecord> {
    let record = this.cache.get(n);
    if (record === undefined) {
      record = await this.load(n);
      this.evict();
    } else this.used(n, record);
    this.readAhead(n, n);
    return record;
  }

  private used(n: number, record: CacheRecord): void {
    this.cache.delete(n);
    this.cache.set(n, record);
  }

  /** Visit the records of a range: in one go, once those it needs are in the cache. */
  private async each(
    offset: number,
    length: number,
    write: boolean,
    visit: (record: CacheRecord, at: number, from: number, count: number, n: number) => void,
  ): Promise<void> {
    if (length === 0) return;
    const first = Math.floor(offset / RECORD_BYTES);
    const last = Math.floor((offset + length - 1) / RECORD_BYTES);
    for (let missing = this.request(offset, length, write); missing.length > 0; ) {
      await Promise.all(missing);
      missing = this.request(offset, length, write);
    }
    for (let n = first; n <= last; n++) {
      const record = this.cache.get(n) as CacheRecord;
      this.used(n, record);
      const from = Math.max(0, offset - n * RECORD_BYTES);
      const to = Math.min(RECORD_BYTES, offset + length - n * RECORD_BYTES);
      visit(record, n * RECORD_BYTES + from - offset, from, to - from, n);
    }
    this.evict();
  }

  /** Make or ask for the records of a range that are not in the cache. */
  private request(offset: number, length: number, write: boolean): Promise<CacheRecord>[] {
    const first = Math.floor(offset / RECORD_BYTES);
    const last = Math.floor((offset + length - 1) / RECORD_BYTES);
    const missing: Promise<CacheRecord>[] = [];
    for (let n = first; n <= last; n++) {
      if (this.cache.has(n)) continue;
      const whole = write && offset <= n * RECORD_BYTES && offset + length >= (n + 1) * RECORD_BYTES;
      if (!whole || this.loading.has(n)) missing.push(this.load(n));
    }
    if (missing.length > 0) return missing;
    for (let n = first; n <= last; n++) if (!this.cache.has(n)) this.insert(n, new Uint8Array(RECORD_BYTES));
    if (!write) this.readAhead(first, last);
    return missing;
  }

  /** Read on while a reader goes forward, in growing windows, half a window before it gets there. */
  private readAhead(first: number, last: number): void {
    const { ahead } = this;
    if (first !== ahead.expected && first !== ahead.expected - 1) {
      ahead.window = AHEAD_LEAST;
      ahead.end = last + 1;
      ahead.expected = last + 1;
      return;
    }
    ahead.expected = last + 1;
    if (ahead.end - last > ahead.window / 2) return;
    const end = Math.min(last + 1 + ahead.window, Math.ceil(this.size / RECORD_BYTES));
    const numbers: number[] = [];
    for (let n = Math.max(ahead.end, last + 1); n < end; n++)
      if (!this.cache.has(n) && !this.loading.has(n)) numbers.push(n);
    ahead.end = Math.max(ahead.end, end);
    ahead.window = Math.min(AHEAD_MOST, ahead.window * 2);
    if (numbers.length === 0) return;
    const fetched = this.fetch(numbers);
    for (const n of numbers) {
      const one = fetched.then(() => this.cache.get(n) ?? this.load(n));
      one.catch(() => undefined);
      this.loading.set(n, one);
    }
  }

  /** A record from the store; what is asked for in the same turn shares one transaction. */
  private load(n: number): Promise<CacheRecord> {
    const under = this.loading.get(n);
    if (under !== undefined) return under;
    this.demand.push(n);
    this.batch ??= Promise.resolve().then(() => {
      const numbers = this.demand;
      this.demand = [];
      this.batch = undefined;
      return this.fetch(numbers);
    });
    const loaded = this.batch.then(() => this.cache.get(n) ?? this.load(n));
    this.loading.set(n, loaded);
    return loaded;
  }

  private async fetch(numbers: readonly number[]): Promise<void> {
    try {
      const found = await this.records.get(runsOf(numbers));
      const absent = numbers.filter((n) => !found.has(n));
      if (absent.length > 0) await this.addFromBelow(absent, found);
      for (const n of numbers) if (!this.cache.has(n)) this.insert(n, wholeRecord(found.get(n) as Uint8Array));
    } finally {
      for (const n of numbers) this.loading.delete(n);
    }
  }

  /** Records nobody has written: what lies together is read together. */
  private async addFromBelow(numbers: readonly number[], out: Map<number, Uint8Array>): Promise<void> {
    const { below } = this.options;
    const readRun = async ([first, last]: RecordRun): Promise<void> => {
      const data = new Uint8Array((last - first + 1) * RECORD_BYTES);
      const at = first * RECORD_BYTES;
      const count = below === undefined ? 0 : Math.min(data.length, below.size - at);
      if (count > 0) await below?.read(at, data.subarray(0, count));
      for (let n = first; n <= last; n++)
        out.set(n, first === last ? data : data.slice((n - first) * RECORD_BYTES, (n - first + 1) * RECORD_BYTES));
    };
    await Promise.all(runsOf(numbers).map(readRun));
  }

  private insert(n: number, data: Uint8Array): void {
    this.cache.set(n, { data, dirty: false, writing: 0 });
  }

  private evict(): void {
    let surplus = this.cache.size - this.unsaved - CLEAN_MAX;
    if (surplus <= 0) return;
    for (const [n, record] of this.cache) {
      if (record.dirty || record.writing > 0) continue;
      this.cache.delete(n);
      if (--surplus <= 0) return;
    }
  }

  private markDirty(n: number, record: CacheRecord): void {
    if (record.dirty) return;
    if (record.writing === 0) this.unsaved++;
    record.dirty = true;
    this.dirty.set(n, record);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.writeOut('relaxed').catch(this.keepError);
    }, WRITE_BACK_MS);
  }

  /** A write-back nobody waited for has failed: the next barrier or flush tries again, and says so when that fails too. */
  private throwEarlier(): void {
    const error = this.writeError;
    this.writeError = undefined;
    if (error !== undefined && this.dirty.size === 0) throw error;
  }

  /** One put of all dirty records, behind all earlier ones. */
  private async writeOut(durability: 'relaxed' | 'strict'): Promise<void> {
    const taken = [...this.dirty];
    const before = this.puts;
    if (taken.length === 0 && durability === 'relaxed') return await before;
    this.dirty.clear();
    const changes: RecordChange[] = taken.map(([n, record]) => {
      record.dirty = false;
      record.writing++;
      return [n, isZero(record.data) ? undefined : record.data];
    });
    const done = this.records.put(changes, durability);
    this.puts = Promise.all([before, done]).then(() => undefined);
    this.puts.catch(() => undefined);
    let failed = false;
    try {
      await done;
    } catch (error) {
      failed = true;
      // What was ordered before this put may be waiting again too: the next put takes all of it at once.
      this.puts = Promise.resolve();
      throw error;
    } finally {
      for (const [n, record] of taken) this.written(n, record, failed);
    }
  }

  private written(n: number, record: CacheRecord, failed: boolean): void {
    record.writing--;
    if (failed) {
      if (!record.dirty) this.dirty.set(n, record);
      record.dirty = true;
    } else if (!record.dirty && record.writing === 0) this.unsaved--;
  }

  private checkWritable(): void {
    if (this.readOnly) throw new StoreError(EROFS, 'attached read-only');
  }

  private check(offset: number, length: number): void {
    if (offset < 0 || offset + length > this.size)
      throw new StoreError(EINVAL, `range ${offset}+${length} is outside an image of ${this.size} bytes`);
  }
}

function wholeRecord(data: Uint8Array): Uint8Array {
  if (data.length === RECORD_BYTES) return data;
  const whole = new Uint8Array(RECORD_BYTES);
  whole.set(data.subarray(0, RECORD_BYTES));
  return whole;
}
