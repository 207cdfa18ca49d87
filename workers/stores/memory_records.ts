// SPDX-License-Identifier: BSD-2-Clause
/** Records in memory, for an overlay that is gone with the page or process. */
import { firstRun, type RecordChange, type RecordRun, type RecordStore } from './record_store.ts';

export class MemoryRecords implements RecordStore {
  private readonly records = new Map<number, Uint8Array>();

  async get(runs: readonly RecordRun[]): Promise<Map<number, Uint8Array>> {
    const out = new Map<number, Uint8Array>();
    for (const [first, last] of runs) {
      for (let n = first; n <= last; n++) {
        const record = this.records.get(n);
        if (record !== undefined) out.set(n, record.slice());
      }
    }
    return out;
  }

  async put(changes: readonly RecordChange[]): Promise<void> {
    for (const [n, bytes] of changes) this.records.set(n, bytes?.slice() ?? new Uint8Array(0));
  }

  async next(from: number): Promise<RecordRun | undefined> {
    return firstRun(
      [...this.records.keys()].sort((a, b) => a - b),
      from,
    );
  }

  async close(): Promise<void> {}
}
