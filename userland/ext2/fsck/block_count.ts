// SPDX-License-Identifier: BSD-2-Clause
import { type Dinode, EXT2_HUGE_FILE } from '../dinode.ts';
import { EXT2F_ROCOMPAT_HUGE_FILE, hasRocompat } from '../superblock.ts';
import type { Ext2Volume } from '../volume.ts';

/** Blocks of 512 bytes that an inode says it has. */
export function blockCount(volume: Ext2Volume, di: Dinode): number {
  if (!hasRocompat(volume.sb, EXT2F_ROCOMPAT_HUGE_FILE)) return di.nblockLow;
  const count = di.nblockHigh * 0x100000000 + di.nblockLow;
  return (di.flags & EXT2_HUGE_FILE) !== 0 ? (count * volume.bsize) / 512 : count;
}

export function setBlockCount(volume: Ext2Volume, di: Dinode, sectors: number): void {
  const huge = hasRocompat(volume.sb, EXT2F_ROCOMPAT_HUGE_FILE);
  const count = huge && (di.flags & EXT2_HUGE_FILE) !== 0 ? (sectors * 512) / volume.bsize : sectors;
  di.nblockLow = count % 0x100000000;
  if (huge) di.nblockHigh = Math.floor(count / 0x100000000);
}
