// SPDX-License-Identifier: BSD-2-Clause
/** Copies of the superblock: those that a good one leads to, and those that nothing leads to any more. */
import type { Disk } from '../../disk/raw_device.ts';
import { cgSuper } from '../geometry.ts';
import { FS_UFS1_MAGIC, FS_UFS2_MAGIC, FS_UFS2EA_MAGIC, SBLOCKSEARCH, SBLOCKSIZE, Superblock } from '../superblock.ts';
import { superblockProblem } from './superblock_problem.ts';

const MAGIC_AT = 1372;
const STEP = 512;
const PIECE = 1 << 20;

/** What newfs decided once: the same in every copy, for the life of the file system. */
const FIXED = [
  'magic',
  'sblkno',
  'cblkno',
  'iblkno',
  'dblkno',
  'oldCgoffset',
  'oldCgmask',
  'bsize',
  'fsize',
  'frag',
  'bshift',
  'fshift',
  'fragshift',
  'fsbtodb',
  'nindir',
  'inopb',
  'ipg',
  'fpg',
  'cgsize',
  'contigsumsize',
  'oldInodefmt',
  'maxsymlinklen',
] as const;

/** The copy of a group; undefined when there is none. */
export function copyOf(disk: Disk, sb: Superblock, cg: number): Superblock | undefined {
  return superblockAt(disk, cgSuper(sb, cg) * sb.fsize);
}

/** A superblock or a copy of one that makes sense and lies at this byte. */
export function superblockAt(disk: Disk, pos: number): Superblock | undefined {
  if (pos < 0 || pos + SBLOCKSIZE > disk.size) return undefined;
  const sb = Superblock.at(disk.read(pos, SBLOCKSIZE), pos, true);
  return sb !== undefined && superblockProblem(sb, disk.size) === undefined ? sb : undefined;
}

/** The name of the first of the fixed values in which two differ. */
export function difference(a: Superblock, b: Superblock): string | undefined {
  return a.order === b.order ? FIXED.find((name) => a[name] !== b[name]) : 'byte order';
}

/**
 * Does the rest of the disk bear a superblock out? One copy in a group that agrees is enough; groups that have none say
 * nothing.
 */
export function borneOut(disk: Disk, sb: Superblock): 'yes' | 'no' | 'unknown' {
  let against = false;
  for (const cg of new Set([0, 1, sb.ncg - 1, sb.ncg >> 1])) {
    if (cg >= sb.ncg) continue;
    const copy = copyOf(disk, sb, cg);
    if (copy === undefined) continue;
    if (difference(sb, copy) === undefined) return 'yes';
    against = true;
  }
  return against ? 'no' : 'unknown';
}

/** Copies anywhere on the disk that lie where they themselves say one must, the first first. */
export function* search(disk: Disk, progress?: (done: number, total: number) => void): Generator<[number, Superblock]> {
  for (let at = 0; at + STEP <= disk.size; at += PIECE) {
    progress?.(at, disk.size);
    const piece = disk.read(at, Math.min(PIECE + SBLOCKSIZE, disk.size - at));
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
    for (let i = 0; i < PIECE && i + MAGIC_AT + 4 <= piece.length; i += STEP) {
      const pos = at + i;
      if (!isMagic(view.getUint32(i + MAGIC_AT, true)) && !isMagic(view.getUint32(i + MAGIC_AT, false))) continue;
      if (SBLOCKSEARCH.includes(pos)) continue;
      const sb = superblockAt(disk, pos);
      if (sb !== undefined && isCopy(sb, pos)) yield [pos, sb];
    }
  }
}

function isMagic(n: number): boolean {
  return n === FS_UFS1_MAGIC || n === FS_UFS2_MAGIC || n === FS_UFS2EA_MAGIC;
}

function isCopy(sb: Superblock, pos: number): boolean {
  const cg = Math.floor(pos / sb.fsize / sb.fpg);
  return cg < sb.ncg && cgSuper(sb, cg) * sb.fsize === pos;
}
