// SPDX-License-Identifier: BSD-2-Clause
/** Phase 5: what is free is on the stack, once, and the superblock counts it. */
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import * as V7 from '../v7fs_format.ts';
import type { V7Volume } from './v7_volume.ts';

export function checkFree(volume: V7Volume, dialog: FsckDialog): void {
  const { sb, order } = volume;
  const before = JSON.stringify(sb);
  const free = volume.used.subarray(sb.isize).reduce((n, used) => n + (used === 0 ? 1 : 0), 0);
  const fault = stackFault(volume, free);
  if (fault !== undefined && dialog.repair(`${fault} IN FREE LIST`, 'SALVAGE', 'SALVAGED')) restack(volume);
  const inodes = countInodes(volume);
  // 1979 kept no counts: zero for both says nothing.
  const counted = sb.totalFree !== 0 || sb.totalInodes !== 0;
  if (counted && (sb.totalFree !== free || sb.totalInodes !== inodes)) {
    if (dialog.repair('FREE COUNT(S) WRONG IN SUPERBLK', 'FIX', 'FIXED')) {
      sb.totalFree = free;
      sb.totalInodes = inodes;
    }
  }
  if (sb.inodes.some((ino) => !volume.isInode(ino)) && dialog.repair('BAD INODE IN FREE CACHE', 'FIX', 'FIXED'))
    sb.inodes = sb.inodes.filter((ino) => volume.isInode(ino));
  if (sb.modified && !dialog.unresolved && !dialog.readonly) sb.modified = false;
  if (JSON.stringify(sb) === before) return;
  const block = volume.readBlock(V7.SUPERBLOCK);
  V7.encodeSuperblock(order, sb, block);
  volume.writeBlock(V7.SUPERBLOCK, block);
}

/** What is wrong with the stack, if anything is. */
function stackFault(volume: V7Volume, free: number): string | undefined {
  const { sb, order } = volume;
  const seen = new Uint8Array(sb.fsize);
  let count = 0;
  for (let list: readonly number[] = sb.free; ; ) {
    for (const [i, block] of list.entries()) {
      if (block === 0 && i === 0) continue;
      if (!V7.isData(sb, block)) return 'BAD BLKS';
      if (volume.used[block] !== 0 || seen[block] !== 0) return 'DUP BLKS';
      seen[block] = 1;
      count++;
    }
    const [below = 0] = list;
    if (below === 0) return count === free ? undefined : `${free - count} BLK(S) MISSING`;
    const data = volume.readBlock(below);
    if (V7.get16(order, data, 0) > V7.STACK_SIZE) return 'BAD COUNT';
    list = V7.getList(order, data, 0);
  }
}

/** A new stack, the lowest block on top. */
function restack(volume: V7Volume): void {
  const { sb, order } = volume;
  let list = [0];
  for (let n = sb.fsize - 1; n >= sb.isize; n--) {
    if (volume.used[n] !== 0) continue;
    if (list.length === V7.STACK_SIZE) {
      const block = new Uint8Array(V7.BLOCK);
      V7.putList(order, block, 0, list);
      volume.writeBlock(n, block);
      list = [];
    }
    list.push(n);
  }
  sb.free = list;
}

function countInodes(volume: V7Volume): number {
  let free = 0;
  for (let ino = V7.ROOT_INODE + 1; ino <= volume.inodeCount; ino++) if (volume.inode(ino).mode === 0) free++;
  return free;
}
