// SPDX-License-Identifier: BSD-2-Clause
/**
 * Wraps a store so that its bytes of one moment can be read while it is written on: before a piece changes, its old bytes are
 * kept for the views that have not come past it. Without a view it costs nothing.
 *
 * A view is read forward, each byte at most once; what lies behind the reader is given up. A view that would keep more than
 * KEPT_MAX ends with an error instead of eating the memory; the store itself never fails because of a view.
 */
import { EINVAL, ENOMEM, ENOTSUP } from '../../hypercall-js/errno.gen.ts';
import { type BlockStore, type DataRange, nextData } from './block_store.ts';
import { StoreError } from './store_error.ts';

const PIECE = 65536;
const KEPT_MAX = 256 << 20;

/** The bytes of a store at one moment. */
export interface StoreView {
  readonly size: number;
  /** Everything outside reads as zeros. */
  readonly ranges: readonly DataRange[];
  read(offset: number, dst: Uint8Array): Promise<void>;
  close(): void;
}

export class ViewableStore implements BlockStore {
  private readonly views = new Set<FrozenView>();
  private readonly changes = new Set<Promise<void>>();
  /** Set while nothing may change. */
  private gate: Promise<void> | undefined;

  constructor(private readonly inner: BlockStore) {}

  get size(): number {
    return this.inner.size;
  }
  get readOnly(): boolean {
    return this.inner.readOnly;
  }

  /** See the store as it is when all changes under way are done. */
  async view(): Promise<StoreView> {
    return await this.inRest(async () => {
      if (!this.readOnly) await this.inner.barrier();
      const ranges: DataRange[] = [];
      for (let at = 0, range = await nextData(this.inner, at); range !== undefined; ) {
        const last = ranges.at(-1);
        if (last?.end === range.start) ranges[ranges.length - 1] = { start: last.start, end: range.end };
        else ranges.push(range);
        at = range.end;
        range = await nextData(this.inner, at);
      }
      const view = new FrozenView(this.inner, ranges, () => this.views.delete(view));
      this.views.add(view);
      return view;
    });
  }

  /** Freeze what the store holds when all changes under way are done, for a way back. */
  async snapshot(name: string): Promise<void> {
    await this.inRest(async () => {
      if (this.inner.snapshot === undefined)
        throw new StoreError(ENOTSUP, 'images in the fast store have no snapshots');
      await this.inner.snapshot(name);
    });
  }

  /** While no change is under way; those that come wait. */
  private async inRest<T>(body: () => Promise<T>): Promise<T> {
    while (this.gate !== undefined) await this.gate;
    let open: () => void = () => undefined;
    this.gate = new Promise((resolve) => {
      open = resolve;
    });
    try {
      await Promise.allSettled([...this.changes]);
      return await body();
    } finally {
      this.gate = undefined;
      open();
    }
  }

  read(offset: number, dst: Uint8Array): Promise<void> {
    return this.inner.read(offset, dst);
  }
  write(offset: number, src: Uint8Array, options: { readonly sync: boolean }): Promise<void> {
    return this.change(offset, src.length, () => this.inner.write(offset, src, options));
  }
  discard(offset: number, length: number): Promise<void> {
    return this.change(offset, length, () => this.inner.discard(offset, length));
  }
  barrier(): Promise<void> {
    return this.inner.barrier();
  }
  flush(): Promise<void> {
    return this.inner.flush();
  }
  nextData(from: number): Promise<DataRange | undefined> {
    return nextData(this.inner, from);
  }
  async close(): Promise<void> {
    for (const view of this.views) view.end('the disk was detached');
    await this.inner.close();
  }

  private async change(offset: number, length: number, body: () => Promise<void>): Promise<void> {
    while (this.gate !== undefined) await this.gate;
    const done = this.keepThen(offset, length, body);
    this.changes.add(done);
    try {
      await done;
    } finally {
      this.changes.delete(done);
    }
  }

  private async keepThen(offset: number, length: number, body: () => Promise<void>): Promise<void> {
    if (this.views.size > 0) await Promise.all([...this.views].map((view) => view.keep(offset, length)));
    await body();
  }
}

class FrozenView implements StoreView {
  readonly size: number;
  /** Old bytes of pieces that have changed, or are about to. */
  private readonly kept = new Map<number, Promise<Uint8Array>>();
  private passed = 0;
  private failure: string | undefined;

  constructor(
    private readonly store: BlockStore,
    readonly ranges: readonly DataRange[],
    private readonly closed: () => void,
  ) {
    this.size = store.size;
  }

  /** Keep what is about to change. Resolves when it may be changed. */
  async keep(offset: number, length: number): Promise<void> {
    if (this.failure !== undefined) return;
    const waits: Promise<unknown>[] = [];
    const first = Math.floor(Math.max(offset, this.passed) / PIECE);
    for (let n = first; n * PIECE < Math.min(offset + length, this.size); n++) waits.push(this.keepPiece(n));
    await Promise.allSettled(waits);
  }

  private keepPiece(n: number): Promise<unknown> {
    const have = this.kept.get(n);
    if (have !== undefined) return have;
    if (this.kept.size * PIECE >= KEPT_MAX) {
      this.end('too much was written meanwhile; unmount the disk first');
      return Promise.resolve();
    }
    const old = new Uint8Array(Math.min(PIECE, this.size - n * PIECE));
    const kept = this.store.read(n * PIECE, old).then(() => old);
    this.kept.set(n, kept);
    return kept;
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    if (offset < this.passed || offset + dst.length > this.size) throw new StoreError(EINVAL, 'a view is read forward');
    await this.store.read(offset, dst);
    // What was kept before the read was over may have been read after its change.
    const end = offset + dst.length;
    for (let n = Math.floor(offset / PIECE); n * PIECE < end; n++) {
      const old = await this.kept.get(n);
      if (old === undefined) continue;
      const from = Math.max(offset, n * PIECE);
      dst.set(old.subarray(from - n * PIECE, Math.min(end, n * PIECE + old.length) - n * PIECE), from - offset);
    }
    if (this.failure !== undefined) throw new StoreError(ENOMEM, this.failure);
    this.passed = end;
    for (const n of this.kept.keys()) if ((n + 1) * PIECE <= end) this.kept.delete(n);
  }

  end(reason: string): void {
    this.failure = reason;
    this.kept.clear();
    this.closed();
  }

  close(): void {
    this.end('the view is closed');
  }
}
