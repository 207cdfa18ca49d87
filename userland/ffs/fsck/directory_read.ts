// SPDX-License-Identifier: BSD-2-Clause
/** The chunks of a directory, each with the place on the disk that it came from. */
import { type Direntry, direntries, UFS_DIRBLKSIZ } from '../direntry.ts';
import { type Visit, walkBlocks } from './block_walk.ts';
import type { Checker } from './checker.ts';

export interface Chunk {
  readonly bytes: Uint8Array;
  /** Byte in the directory. */
  readonly offset: number;
  /** Byte on the disk. */
  readonly diskOffset: number;
}

/**
 * Chunks in order up to the size of the directory, while the body says true.
 *
 * @returns the byte where a block is missing, -1 when none is
 */
export function eachChunk(c: Checker, ino: number, body: (chunk: Chunk) => boolean): number {
  const { sb } = c;
  const di = c.inode(ino);
  let next = 0;
  let stopped = false;
  walkBlocks(c, di, (frag, count, lbn, level): Visit => {
    if (!c.dataRange(frag, count)) return 'skip';
    if (level > 0) return lbn * sb.bsize >= di.size ? 'skip' : 'on';
    if (lbn < 0 || lbn * sb.bsize !== next) return 'stop';
    const length = Math.min(count * sb.fsize, di.size - next);
    const block = c.disk.read(frag * sb.fsize, count * sb.fsize);
    for (let at = 0; at + UFS_DIRBLKSIZ <= length; at += UFS_DIRBLKSIZ) {
      const bytes = block.subarray(at, at + UFS_DIRBLKSIZ);
      if (!body({ bytes, offset: next + at, diskOffset: frag * sb.fsize + at })) {
        stopped = true;
        return 'stop';
      }
    }
    next += sb.bsize;
    return next >= di.size ? 'stop' : 'on';
  });
  return stopped || next >= di.size ? -1 : next;
}

/** The first entry that the test accepts, among those of undamaged chunks. */
export function findEntry(
  c: Checker,
  directory: number,
  test: (entry: Direntry) => boolean,
): { entry: Direntry; chunk: Chunk } | undefined {
  let found: { entry: Direntry; chunk: Chunk } | undefined;
  eachChunk(c, directory, (chunk) => {
    for (const entry of direntries(c.sb, chunk.bytes))
      if (entry.ino !== 0 && test(entry)) {
        found = { entry, chunk };
        break;
      }
    return found === undefined;
  });
  return found;
}

/** Name of an inode in a directory, other than "." and "..". */
export function findName(c: Checker, directory: number, ino: number): string | undefined {
  return findEntry(c, directory, (e) => e.ino === ino && e.name !== '.' && e.name !== '..')?.entry.name;
}
