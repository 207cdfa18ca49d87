// SPDX-License-Identifier: BSD-2-Clause
/**
 * The maps of sparse files that GNU tar writes: in the header (type S, with blocks behind it), in a record of an extended header
 * (0.1), or in front of the data (1.0). A map that is out of order or of bounds is refused.
 */
import { decode } from '../../lib/bytes.ts';
import { type BlockInput, padding } from './block_input.ts';
import type { SparseRun } from './tar_entry.ts';
import { TarError } from './tar_error.ts';
import { number } from './tar_header.ts';

const HEADER_MAP_AT = 386;
const HEADER_RUNS = 4;
const HEADER_MORE_AT = 482;
const REAL_SIZE_AT = 483;
const BLOCK_RUNS = 21;
const BLOCK_MORE_AT = 504;
const RUN_BYTES = 24;
const MOST_RUNS = 1 << 20;
const MOST_DIGITS = 20;

export interface SparseFile {
  readonly runs: readonly SparseRun[];
  readonly size: number;
}

/** Map of a header of type S and the blocks that follow it. */
export function readHeaderMap(header: Uint8Array, input: BlockInput): SparseFile {
  const runs = runsIn(header, HEADER_MAP_AT, HEADER_RUNS);
  for (let more = header[HEADER_MORE_AT] !== 0; more; ) {
    const block = input.block();
    if (block === undefined) throw new TarError('unexpected end of archive');
    runs.push(...runsIn(block, 0, BLOCK_RUNS));
    if (runs.length > MOST_RUNS) throw new TarError('a sparse file with too many parts');
    more = block[BLOCK_MORE_AT] !== 0;
  }
  return { runs, size: number(header, REAL_SIZE_AT, 12) };
}

function runsIn(block: Uint8Array, start: number, count: number): SparseRun[] {
  const runs: SparseRun[] = [];
  for (let i = 0; i < count; i++) {
    const at = start + i * RUN_BYTES;
    if (block[at] === 0) break;
    runs.push({ offset: number(block, at, 12), length: number(block, at + 12, 12) });
  }
  return runs;
}

/** "offset,length,offset,length" of GNU.sparse.map. */
export function parseMapRecord(text: string): SparseRun[] {
  const numbers = text.split(',').map(Number);
  return Array.from({ length: numbers.length >> 1 }, (_, i) => ({
    offset: numbers[2 * i] as number,
    length: numbers[2 * i + 1] as number,
  }));
}

/** The map in front of the data: a count and the numbers, a line each, filled up to a block. Also the bytes it took. */
export function readDataMap(input: BlockInput, room: number): { runs: SparseRun[]; taken: number } {
  let taken = 0;
  const line = (): number => {
    let digits = '';
    for (;;) {
      const byte = taken < room ? input.some(1) : new Uint8Array(0);
      if (byte.length === 0 || digits.length > MOST_DIGITS) throw new TarError('a damaged map of a sparse file');
      taken++;
      if (byte[0] === 10) return Number(digits);
      digits += decode(byte);
    }
  };
  const count = line();
  if (!(count <= MOST_RUNS)) throw new TarError('a sparse file with too many parts');
  const runs: SparseRun[] = [];
  for (let i = 0; i < count; i++) runs.push({ offset: line(), length: line() });
  const fill = padding(taken);
  if (!input.skip(fill)) throw new TarError('unexpected end of archive');
  return { runs, taken: taken + fill };
}

/** @throws TarError for a map that its data does not fill, or that runs backwards or over the end */
export function checkMap(file: SparseFile, stored: number): void {
  let end = 0;
  let total = 0;
  for (const { offset, length } of file.runs) {
    if (!(offset >= end) || !(length >= 0)) throw new TarError('a damaged map of a sparse file');
    end = offset + length;
    total += length;
  }
  if (!(end <= file.size) || total !== stored || !Number.isSafeInteger(file.size))
    throw new TarError('a damaged map of a sparse file');
}
