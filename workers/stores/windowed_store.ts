// SPDX-License-Identifier: BSD-2-Clause
/**
 * A read-only store over something that is fetched in stretches: a File, a web server. Keeps the last 32 MiB in windows of
 * 128 KiB, joins what is wanted in one turn into long requests, and reads on while a reader goes forward.
 */
import { EINVAL, EROFS } from '../../hypercall-js/errno.gen.ts';
import type { BlockStore } from './block_store.ts';
import { runsOf } from './record_store.ts';
import { StoreError } from './store_error.ts';

const WINDOW = 131072;
const WINDOWS = 256;

export interface WindowedSource {
  readonly size: number;
  /** Exactly these bytes, or an error. */
  fetch(at: number, length: number): Promise<Uint8Array>;
  /** Longest request, and how far to read ahead; multiples of 128 KiB, 0 for not at all. */
  readonly requestMost: number;
  readonly aheadMost: number;
  close?(): void;
}

export class WindowedStore implements BlockStore {
  readonly readOnly = true;
  /** Most recently used last. */
  private readonly windows = new Map<number, Promise<Uint8Array>>();
  private demand: { n: number; resolve: (window: Promise<Uint8Array>) => void }[] = [];
  private next = 0;
  private ahead = 1;

  constructor(private readonly source: WindowedSource) {}

  get size(): number {
    return this.source.size;
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    if (offset < 0 || offset + dst.length > this.size) throw new StoreError(EINVAL, 'read outside the file');
    if (dst.length === 0) return;
    const first = Math.floor(offset / WINDOW);
    const last = Math.floor((offset + dst.length - 1) / WINDOW);
    const wanted: Promise<Uint8Array>[] = [];
    for (let n = first; n <= last; n++) wanted.push(this.window(n));
    this.readAhead(first, last);
    for (const [i, window] of (await Promise.all(wanted)).entries()) {
      const at = (first + i) * WINDOW;
      const from = Math.max(offset, at);
      const to = Math.min(offset + dst.length, at + window.length);
      dst.set(window.subarray(from - at, to - at), from - offset);
    }
  }

  private readAhead(first: number, last: number): void {
    // Small steps inside the last window say nothing yet.
    if (first === this.next - 1 && last === first) return;
    if (first === this.next || first === this.next - 1) {
      this.ahead = Math.min(this.ahead * 2, this.source.aheadMost / WINDOW);
      for (let n = last + 1; n <= last + this.ahead && n * WINDOW < this.size; n++)
        this.window(n).catch(() => undefined);
    } else this.ahead = 1;
    this.next = last + 1;
  }

  private window(n: number): Promise<Uint8Array> {
    const have = this.windows.get(n);
    this.windows.delete(n);
    const window = have ?? this.ask(n);
    this.windows.set(n, window);
    if (this.windows.size > WINDOWS) this.windows.delete(this.windows.keys().next().value as number);
    return window;
  }

  /** What is asked for in one turn is fetched in one request where it lies together. */
  private ask(n: number): Promise<Uint8Array> {
    if (this.demand.length === 0) queueMicrotask(() => this.fetchDemand());
    const window = new Promise<Uint8Array>((resolve) => this.demand.push({ n, resolve }));
    window.catch(() => this.windows.delete(n));
    return window;
  }

  private fetchDemand(): void {
    const demand = new Map(this.demand.map(({ n, resolve }) => [n, resolve]));
    this.demand = [];
    const most = this.source.requestMost / WINDOW;
    for (const [start, end] of runsOf([...demand.keys()])) {
      for (let first = start; first <= end; first += most) {
        const last = Math.min(end, first + most - 1);
        const at = first * WINDOW;
        const fetched = this.source.fetch(at, Math.min(this.size, (last + 1) * WINDOW) - at);
        for (let n = first; n <= last; n++)
          demand.get(n)?.(fetched.then((bytes) => bytes.slice((n - first) * WINDOW, (n - first + 1) * WINDOW)));
      }
    }
  }

  async write(): Promise<void> {
    throw new StoreError(EROFS, 'this is read in place, not written to');
  }
  async discard(): Promise<void> {
    throw new StoreError(EROFS, 'this is read in place, not written to');
  }
  async barrier(): Promise<void> {}
  async flush(): Promise<void> {}
  async close(): Promise<void> {
    this.source.close?.();
    this.windows.clear();
  }
}
