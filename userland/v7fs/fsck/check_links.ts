// SPDX-License-Identifier: BSD-2-Clause
/** Phase 4: an inode has as many names as it says, and at least one. */
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import * as V7 from '../v7fs_format.ts';
import type { LostFound } from './lost_found.ts';
import { V7Volume } from './v7_volume.ts';

export function checkLinks(volume: V7Volume, dialog: FsckDialog, lostFound: LostFound): void {
  for (let ino = V7.ROOT_INODE; ino <= volume.inodeCount; ino++) {
    const di = volume.inode(ino);
    if (di.mode !== 0 && volume.links[ino] === 0) nameless(volume, dialog, lostFound, ino, di);
  }
  // Only now every file has its names, and lost+found may have made one more link to the root.
  for (let ino = V7.ROOT_INODE; ino <= volume.inodeCount; ino++) {
    const di = volume.inode(ino);
    const links = volume.links[ino] as number;
    if (links === 0 || di.mode === 0 || di.nlink === links) continue;
    const message = `LINK COUNT ${type(di)} I=${ino} OWNER=${di.uid} COUNT ${di.nlink} SHOULD BE ${links}`;
    if (dialog.repair(message, 'ADJUST', 'ADJUSTED')) volume.writeInode(ino, { ...di, nlink: links });
  }
}

/** One that was removed while it was open goes now; one that lost its name gets another. */
function nameless(volume: V7Volume, dialog: FsckDialog, lostFound: LostFound, ino: number, di: V7.Inode): void {
  const message = `UNREF ${type(di)} I=${ino} OWNER=${di.uid} MODE=${di.mode.toString(8)} SIZE=${di.size}`;
  const worth = di.nlink > 0 && di.size > 0 && V7Volume.hasBlocks(di);
  if (worth && dialog.repair(message, 'RECONNECT', 'RECONNECTED')) {
    lostFound.enter(ino);
    return;
  }
  if (worth ? !dialog.ask('CLEAR') : !dialog.repair(message, 'CLEAR', 'CLEARED')) return;
  if (V7Volume.hasBlocks(di)) release(volume, di);
  volume.clearInode(ino);
}

const type = (di: V7.Inode): string => ((di.mode & V7.IFMT) === V7.IFDIR ? 'DIR' : 'FILE');

/** Blocks of a file that goes. Each was seen in phase 1, so that the tree has an end. */
function release(volume: V7Volume, di: V7.Inode): void {
  const visit = (block: number, level: number): void => {
    if (!V7.isData(volume.sb, block) || volume.used[block] === 0) return;
    volume.used[block] = 0;
    if (level === 0) return;
    const table = volume.readBlock(block);
    for (let i = 0; i < V7.PER_INDIRECT; i++) visit(V7.get32(volume.order, table, 4 * i), level - 1);
  };
  di.addr.forEach((block, i) => {
    visit(block, Math.max(i - V7.DIRECT + 1, 0));
  });
}
