// SPDX-License-Identifier: BSD-2-Clause
/**
 * Records in IndexedDB, in layers: each snapshot froze the layers below the top one. A record is read from the highest layer that
 * has it and written to the top. IndexedDB runs write transactions of a store one after the other in the order they were made;
 * when one fails, those made behind it are ended before they can commit.
 */
import { completed, keyRange, requested } from './image_database.ts';
import { firstRun, type RecordChange, type RecordRun, type RecordStore } from './record_store.ts';

const NO_RECORD = 0xffffffff;
const KEYS_AT_ONCE = 4096;
/** Records asked for in one request. */
const RUN_MOST = 8;

/** Chromium answers several short requests several times faster than one for a megabyte. */
function shortRuns([first, last]: RecordRun): RecordRun[] {
  const out: RecordRun[] = [];
  for (let n = first; n <= last; n += RUN_MOST) out.push([n, Math.min(last, n + RUN_MOST - 1)]);
  return out;
}

/** The image the records are of. */
export interface RecordOwner {
  /** Enter a snapshot in the catalogue; answers the number of the layer above it. */
  addLayer(name: string): Promise<number>;
  close(): void;
}

export class IdbRecords implements RecordStore {
  /** Layer of each record in layers above the lowest. */
  private readonly upper = new Map<number, number>();
  private readonly pending = new Set<IDBTransaction>();
  private known: { from: number; keys: number[]; complete: boolean } | undefined;

  private constructor(
    private readonly db: IDBDatabase,
    /** Image numbers, lowest first. */
    private readonly layers: number[],
    /** Something else answers for records that are not here, so that zeros must be written down. */
    private covers: boolean,
    private readonly owner: RecordOwner,
  ) {}

  static async open(
    db: IDBDatabase,
    layers: readonly number[],
    covers: boolean,
    owner: RecordOwner,
  ): Promise<IdbRecords> {
    const records = new IdbRecords(db, [...layers], covers || layers.length > 1, owner);
    const store = db.transaction('records').objectStore('records');
    for (let layer = 1; layer < layers.length; layer++) {
      const [from, to] = records.range(layer);
      for (const key of await requested(store.getAllKeys(IDBKeyRange.bound(from, to, false, true))))
        records.upper.set(Number(key) - from, layer);
    }
    return records;
  }

  async get(runs: readonly RecordRun[]): Promise<Map<number, Uint8Array>> {
    const store = this.db.transaction('records').objectStore('records');
    const out = new Map<number, Uint8Array>();
    const [run] = runs;
    if (runs.length === 1 && run?.[0] === run?.[1]) {
      const [n] = run as RecordRun;
      await this.getRun(store, this.upper.get(n) ?? 0, [n, n], out);
      return out;
    }
    const parts = this.upper.size === 0 ? runs.map((run) => [0, run] as const) : this.byLayer(runs);
    const short = parts.flatMap(([layer, run]) => shortRuns(run).map((piece) => [layer, piece] as const));
    await Promise.all(short.map(([layer, run]) => this.getRun(store, layer, run, out)));
    return out;
  }

  private byLayer(runs: readonly RecordRun[]): (readonly [number, RecordRun])[] {
    const out: (readonly [number, RecordRun])[] = [];
    for (const [first, last] of runs) {
      let start = first;
      for (let n = first; n <= last; n++) {
        const layer = this.upper.get(n) ?? 0;
        if (n < last && (this.upper.get(n + 1) ?? 0) === layer) continue;
        out.push([layer, [start, n]]);
        start = n + 1;
      }
    }
    return out;
  }

  private async getRun(
    store: IDBObjectStore,
    layer: number,
    [first, last]: RecordRun,
    out: Map<number, Uint8Array>,
  ): Promise<void> {
    const [base] = this.range(layer);
    if (first === last) {
      const data = await requested(store.get(base + first) as IDBRequest<Uint8Array | undefined>);
      if (data !== undefined) out.set(first, data);
      return;
    }
    const range = IDBKeyRange.bound(base + first, base + last);
    const values = await requested(store.getAll(range) as IDBRequest<Uint8Array[]>);
    // Usually all are there, and the keys need not be asked for.
    const keys = values.length === last - first + 1 ? undefined : await requested(store.getAllKeys(range));
    for (const [i, value] of values.entries()) out.set(keys === undefined ? first + i : Number(keys[i]) - base, value);
  }

  async put(changes: readonly RecordChange[], durability: 'relaxed' | 'strict'): Promise<void> {
    const transaction = this.db.transaction('records', 'readwrite', { durability });
    const store = transaction.objectStore('records');
    const top = this.layers.length - 1;
    const [base] = this.range(top);
    for (const [n, data] of changes) {
      if (data === undefined && !this.covers) store.delete(base + n);
      else store.put(data ?? new Uint8Array(0), base + n);
      if (top > 0) this.upper.set(n, top);
    }
    // A strict transaction without a request may complete without touching the disk.
    if (changes.length === 0) store.delete(base + NO_RECORD);
    this.known = undefined;
    this.pending.add(transaction);
    try {
      await completed(transaction);
      this.pending.delete(transaction);
    } catch (error) {
      this.pending.delete(transaction);
      this.endLater();
      throw error;
    }
  }

  /** End the transactions made behind one that failed. None has begun: it is not over until its events are. */
  private endLater(): void {
    for (const later of this.pending) {
      try {
        later.abort();
      } catch {
        // It has ended by itself; completed() tells.
      }
    }
    this.pending.clear();
  }

  async next(from: number): Promise<RecordRun | undefined> {
    const { known } = this;
    if (known !== undefined && from >= known.from) {
      const run = firstRun(known.keys, from);
      if (run !== undefined || known.complete) return run;
    }
    const store = this.db.transaction('records').objectStore('records');
    const keys = new Set<number>();
    let complete = true;
    let end = Number.POSITIVE_INFINITY;
    for (let layer = 0; layer < this.layers.length; layer++) {
      const [base, to] = this.range(layer);
      const range = IDBKeyRange.bound(base + from, to - 2, false, true);
      const found = (await requested(store.getAllKeys(range, KEYS_AT_ONCE))).map((key) => Number(key) - base);
      for (const key of found) keys.add(key);
      if (found.length < KEYS_AT_ONCE) continue;
      complete = false;
      end = Math.min(end, found.at(-1) as number);
    }
    const sorted = [...keys].filter((key) => key <= end).sort((a, b) => a - b);
    this.known = { from, keys: sorted, complete };
    return firstRun(sorted, from);
  }

  async snapshot(name: string): Promise<void> {
    this.layers.push(await this.owner.addLayer(name));
    this.covers = true;
    this.known = undefined;
  }

  async close(): Promise<void> {
    this.owner.close();
  }

  private range(layer: number): [number, number] {
    return keyRange(this.layers[layer] as number);
  }
}
