// SPDX-License-Identifier: BSD-2-Clause
import { blockPointer, type Dinode, EXT2FS_NDADDR, IFREG, setBlockPointer, setSize, sizeOf } from './dinode.ts';
import type { Geometry } from './geometry.ts';

/**
 * Inode 7 owns the blocks that are kept behind the descriptors for a file system that grows. Its double indirect block
 * names those of group 0, each at the place of the descriptor block it may become; each of these is an indirect block that
 * names its copies in the groups with a backup.
 */
export interface ResizeBlocks {
  /** Words of the double indirect block. */
  readonly double: Uint32Array;
  /** [block of group 0, its words]. */
  readonly indirect: readonly (readonly [block: number, words: Uint32Array])[];
}

export function resizeBlocks(geometry: Geometry): ResizeBlocks {
  const { nindir, gdBlocks } = geometry;
  const backups = [];
  for (let group = 1; group < geometry.groups; group++) if (geometry.hasSuper(group)) backups.push(group);
  const double = new Uint32Array(nindir);
  const indirect: [number, Uint32Array][] = [];
  for (let i = 0; i < geometry.reservedGdBlocks; i++) {
    const block = geometry.firstDblock + 1 + gdBlocks + i;
    const words = new Uint32Array(nindir);
    backups.slice(0, nindir).forEach((group, k) => {
      words[k] = block + group * geometry.bpg;
    });
    double[(gdBlocks + i) % nindir] = block;
    indirect.push([block, words]);
  }
  return { double, indirect };
}

/** Blocks the inode counts: all of the above. */
export function resizeBlockCount(blocks: ResizeBlocks): number {
  return blocks.indirect.reduce((sum, [, words]) => sum + 1 + words.filter((w) => w !== 0).length, 1);
}

/** Fill in inode 7, whose double indirect block is `double`. */
export function setResizeInode(di: Dinode, geometry: Geometry, double: number, now: number): void {
  const { nindir, bsize } = geometry;
  di.bytes.fill(0);
  di.mode = IFREG | 0o600;
  di.nlink = 1;
  di.atime = di.ctime = di.mtime = now;
  setSize(di, resizeInodeSize(nindir, bsize));
  di.nblockLow = (resizeBlockCount(resizeBlocks(geometry)) * bsize) / 512;
  setBlockPointer(di, EXT2FS_NDADDR + 1, double);
}

/** All that a double indirect block can reach. */
const resizeInodeSize = (nindir: number, bsize: number): number => (EXT2FS_NDADDR + nindir + nindir * nindir) * bsize;

/** Does the inode look as setResizeInode leaves it, apart from times? The words of its blocks are not looked at. */
export function isResizeInode(di: Dinode, geometry: Geometry): boolean {
  const pointers = Array.from({ length: 15 }, (_, i) => blockPointer(di, i));
  return (
    (di.mode & 0xf000) === IFREG &&
    di.nlink === 1 &&
    pointers.every((block, i) => (i === EXT2FS_NDADDR + 1 ? geometry.validBlock(block) : block === 0)) &&
    sizeOf(di) === resizeInodeSize(geometry.nindir, geometry.bsize)
  );
}

/** Words of a block as it lies on the disk. */
export function wordsToBlock(words: Uint32Array): Uint8Array {
  const block = new Uint8Array(words.length * 4);
  const view = new DataView(block.buffer);
  words.forEach((word, i) => {
    view.setUint32(4 * i, word, true);
  });
  return block;
}
