// SPDX-License-Identifier: BSD-2-Clause
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import { formatOf, IFREG, sizeOf } from '../dinode.ts';
import type { Ext2Volume } from '../volume.ts';

/**
 * The list of inodes that were deleted while open, or were being truncated, when a journaling system stopped: each has
 * its successor in the place of the deletion time. The first are free now; of the second the blocks behind their size go.
 * @returns blocks that each of the second keeps
 */
export function releaseOrphans(volume: Ext2Volume, dialog: FsckDialog, now: number): Map<number, number> {
  const truncated = new Map<number, number>();
  const { sb, geometry } = volume;
  if (sb.orphan === 0 || !dialog.repair('LIST OF ORPHANED INODES', 'CLEAR', 'CLEARED')) return truncated;
  const seen = new Set<number>();
  for (let ino = sb.orphan; ino >= geometry.firstIno && ino <= geometry.icount && !seen.has(ino); ) {
    seen.add(ino);
    const di = volume.readInode(ino);
    const next = di.dtime;
    if (next > geometry.icount) break; // a true time: the list is wrong here
    if (di.nlink > 0 && formatOf(di) === IFREG) truncated.set(ino, Math.ceil(sizeOf(di) / volume.bsize));
    di.dtime = di.nlink > 0 ? 0 : now;
    volume.writeInode(ino, di);
    ino = next;
  }
  sb.orphan = 0;
  return truncated;
}
