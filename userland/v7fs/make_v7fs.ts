// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../disk/raw_device.ts';
import * as V7 from './v7fs_format.ts';

export interface V7Plan {
  readonly order: V7.ByteOrder;
  /** First data block, blocks in all. */
  readonly isize: number;
  readonly fsize: number;
}

/** Of the blocks so many are of the i-list, as mkfs(1M) of 1979 had it. */
const ILIST_PART = 25;
const MIN_DATA = 2;

/** @param inodes  undefined: an i-list of 4 % @returns a plan, or why there is none */
export function planV7fs(order: V7.ByteOrder, blocks: number, inodes: number | undefined): V7Plan | string {
  const fsize = Math.min(blocks, V7.MAX_BLOCKS);
  const wanted = inodes ?? Math.max(Math.floor(fsize / ILIST_PART), 1) * V7.INODES_PER_BLOCK;
  if (inodes !== undefined && (inodes < V7.ROOT_INODE || inodes > V7.MAX_INODE))
    return `-n ${inodes}: not from ${V7.ROOT_INODE} to ${V7.MAX_INODE}`;
  const isize = V7.ILIST + Math.ceil(Math.min(wanted, V7.MAX_INODE) / V7.INODES_PER_BLOCK);
  if (isize + MIN_DATA > fsize) return `${blocks} blocks are too few`;
  return { order, isize, fsize };
}

/**
 * Write an empty file system: a superblock, an i-list with a root, its directory, and every other block on the stack of free
 * ones, the lowest on top.
 */
export function makeV7fs(
  disk: Disk,
  plan: V7Plan,
  owner: { readonly uid: number; readonly gid: number; readonly now: number },
  progress: (done: number, total: number) => void = () => {},
): void {
  const { order, isize, fsize } = plan;
  const block = (n: number, fill: (b: Uint8Array) => void) => {
    const b = new Uint8Array(V7.BLOCK);
    fill(b);
    disk.write(n * V7.BLOCK, b);
  };
  // The superblock last: until then there is no file system here.
  block(V7.SUPERBLOCK, () => {});
  const empty = new Uint8Array(64 * V7.BLOCK);
  for (let n = V7.ILIST; n < isize; n += 64) disk.write(n * V7.BLOCK, empty.subarray(0, (isize - n) * V7.BLOCK));
  const { uid, gid, now } = owner;
  const times = { atime: now, mtime: now, ctime: now };
  const addr = Array.from({ length: V7.ADDRESSES }, (_, i) => (i === 0 ? isize : 0));
  const root = { mode: V7.IFDIR | 0o755, nlink: 2, uid, gid, size: 2 * V7.ENTRY_BYTES, addr, ...times };
  block(V7.ILIST, (b) => V7.encodeInode(order, root, b, V7.inodeOffset(V7.ROOT_INODE) - V7.ILIST * V7.BLOCK));
  block(isize, (b) => {
    V7.encodeEntry(order, { ino: V7.ROOT_INODE, name: '.' }, b, 0);
    V7.encodeEntry(order, { ino: V7.ROOT_INODE, name: '..' }, b, V7.ENTRY_BYTES);
  });
  let free = [0];
  for (let n = fsize - 1; n > isize; n--) {
    if (free.length === V7.STACK_SIZE) {
      const below = free;
      block(n, (b) => V7.putList(order, b, 0, below));
      free = [];
      progress(fsize - n, fsize);
    }
    free.push(n);
  }
  const all = Math.min((isize - V7.ILIST) * V7.INODES_PER_BLOCK, V7.MAX_INODE);
  const cached = Array.from({ length: Math.min(all - V7.ROOT_INODE, V7.CACHE_SIZE) }, (_, i) => V7.ROOT_INODE + 1 + i);
  const sb: V7.Superblock = {
    isize,
    fsize,
    free,
    inodes: cached.reverse(),
    modified: false,
    time: now,
    totalFree: fsize - isize - 1,
    totalInodes: all - V7.ROOT_INODE,
  };
  block(V7.SUPERBLOCK, (b) => V7.encodeSuperblock(order, sb, b));
  disk.flush();
}
