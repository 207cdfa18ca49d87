// SPDX-License-Identifier: BSD-2-Clause
/**
 * Wraps a store and goes wrong on order: power cut after the n-th write (with the last one torn at a sector), EIO, delay, full.
 * After the cut every call fails and nothing reaches the store any more.
 */
import { EIO, ENOSPC } from '../../hypercall-js/errno.gen.ts';
import type { BlockStore } from './block_store.ts';
import { StoreError } from './store_error.ts';

export interface Faults {
  /** The power goes after this many writes. */
  readonly cutAfter?: number;
  /** At the cut, this many sectors of the write still arrive. */
  readonly tornSectors?: number;
  /** Fail every n-th read or write with EIO. */
  readonly eioEvery?: number;
  /** Fail writes with ENOSPC after this many bytes. */
  readonly quotaBytes?: number;
  readonly delayMs?: number;
}

const SECTOR = 512;

export class FaultyBlockStore implements BlockStore {
  private writes = 0;
  private calls = 0;
  private written = 0;
  cut = false;

  constructor(
    private readonly inner: BlockStore,
    private readonly faults: Faults,
  ) {}

  get size(): number {
    return this.inner.size;
  }
  get readOnly(): boolean {
    return this.inner.readOnly;
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    await this.before();
    await this.inner.read(offset, dst);
  }

  async write(offset: number, src: Uint8Array, options: { readonly sync: boolean }): Promise<void> {
    await this.before();
    this.written += src.length;
    if (this.written > (this.faults.quotaBytes ?? Number.POSITIVE_INFINITY)) throw new StoreError(ENOSPC, 'quota');
    if (++this.writes > (this.faults.cutAfter ?? Number.POSITIVE_INFINITY)) {
      this.cut = true;
      const arrives = Math.min(src.length, (this.faults.tornSectors ?? 0) * SECTOR);
      if (arrives > 0) await this.inner.write(offset, src.subarray(0, arrives), { sync: true });
      throw new StoreError(EIO, 'power cut');
    }
    await this.inner.write(offset, src, options);
  }

  async barrier(): Promise<void> {
    await this.before();
    await this.inner.barrier();
  }
  async flush(): Promise<void> {
    await this.before();
    await this.inner.flush();
  }
  async discard(offset: number, length: number): Promise<void> {
    await this.before();
    await this.inner.discard(offset, length);
  }
  async close(): Promise<void> {
    await this.inner.close();
  }

  private async before(): Promise<void> {
    if (this.cut) throw new StoreError(EIO, 'power cut');
    if (this.faults.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, this.faults.delayMs));
    if (this.faults.eioEvery !== undefined && ++this.calls % this.faults.eioEvery === 0)
      throw new StoreError(EIO, 'injected');
  }
}
