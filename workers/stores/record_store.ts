// SPDX-License-Identifier: BSD-2-Clause
/**
 * What keeps numbered records of 16 KiB below a RecordCache: IndexedDB, a log in a file, memory. A record of no bytes reads as
 * zeros; one that is not there is the business of what lies below the store.
 */
export const RECORD_BYTES = 16384;

export type RecordRun = readonly [first: number, last: number];

/** A number and its bytes; undefined: reads as zeros from now on. */
export type RecordChange = readonly [number, Uint8Array | undefined];

export interface RecordStore {
  /** The records of these runs that there are. The caller may keep and change the arrays. */
  get(runs: readonly RecordRun[]): Promise<Map<number, Uint8Array>>;
  /**
   * Replace records, all or none. The bytes are taken before put() returns. Puts become durable in the order of the calls: when
   * one fails, those behind it fail too. Strict: resolves when this and everything before it is durable.
   */
  put(changes: readonly RecordChange[], durability: 'relaxed' | 'strict'): Promise<void>;
  /** The first run of records at or after `from` that are there; perhaps shorter than it could be. */
  next(from: number): Promise<RecordRun | undefined>;
  /** Everything put is durable: freeze it under a name, later puts go above. */
  snapshot?(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Consecutive numbers joined to runs. */
export function runsOf(numbers: readonly number[]): RecordRun[] {
  const [only] = numbers;
  if (only !== undefined && numbers.length === 1) return [[only, only]];
  const out: [number, number][] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) {
    const run = out.at(-1);
    if (run !== undefined && run[1] >= n - 1) run[1] = n;
    else out.push([n, n]);
  }
  return out;
}

export function isZero(bytes: Uint8Array): boolean {
  const aligned = bytes.byteOffset % 4 === 0 && bytes.length % 4 === 0;
  const words = aligned ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) : bytes;
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  return true;
}

/** The first run at or after `from` among sorted numbers. */
export function firstRun(sorted: readonly number[], from: number): RecordRun | undefined {
  let i = sorted.findIndex((n) => n >= from);
  if (i < 0) return undefined;
  const first = sorted[i] as number;
  while (sorted[i + 1] === (sorted[i] as number) + 1) i++;
  return [first, sorted[i] as number];
}
