// SPDX-License-Identifier: BSD-2-Clause
/**
 * The one interface of everything that holds the bytes of a disk. Offsets and lengths are bytes; any range is allowed.
 *
 * What is durable when: write() may sit in a cache. write(sync), flush() and a barrier() followed by either resolve after the
 * data, and everything ordered before it, would survive the end of the browser or machine. Order across barrier() is kept:
 * no write after it becomes durable before all writes in front of it. A write is never torn inside a store's record.
 *
 * Errors: StoreError with a NetBSD errno. Buffers belong to the caller again when the promise settles; they may be shared memory.
 */
export interface DataRange {
  readonly start: number;
  readonly end: number;
}

export interface BlockStore {
  readonly size: number;
  readonly readOnly: boolean;
  read(offset: number, dst: Uint8Array): Promise<void>;
  write(offset: number, src: Uint8Array, options: { readonly sync: boolean }): Promise<void>;
  barrier(): Promise<void>;
  flush(): Promise<void>;
  /** The range reads as zeros afterwards. */
  discard(offset: number, length: number): Promise<void>;
  /** The next range at or after `from` that may hold other bytes than zeros; a store without it may hold them anywhere. */
  nextData?(from: number): Promise<DataRange | undefined>;
  /** Freeze what the disk holds under a name, for a way back; a store without it has no snapshots. No other call is under way. */
  snapshot?(name: string): Promise<void>;
  /** flush() and let go of the image. */
  close(): Promise<void>;
}

/** nextData() of any store. */
export async function nextData(store: BlockStore, from: number): Promise<DataRange | undefined> {
  if (from >= store.size) return undefined;
  if (store.nextData !== undefined) return await store.nextData(from);
  return { start: from, end: store.size };
}
