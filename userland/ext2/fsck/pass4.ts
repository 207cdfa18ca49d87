// SPDX-License-Identifier: BSD-2-Clause
import { EXT2_ROOTINO, sizeOf } from '../dinode.ts';
import { EXT2F_ROCOMPAT_DIR_NLINK, hasRocompat } from '../superblock.ts';
import { DIRECTORY, type Ext2Check, FILE } from './ext2_check.ts';
import type { LostFound } from './lost_found.ts';
import { releaseInodeBlocks } from './pass1b.ts';

/** A directory with more links than this says 1, with the feature dir_nlink. */
const EXT2FS_LINK_MAX = 65000;

/** Phase 4: files without a name, and numbers of links. */
export function pass4(check: Ext2Check, lostFound: LostFound): void {
  check.dialog.heading('Phase 4 - Check Reference Counts');
  const { firstIno, icount } = check.volume.geometry;
  for (let ino = firstIno; ino <= icount; ino++)
    if (check.state[ino] === FILE && check.links[ino] === 0) unreferenced(check, lostFound, ino);
  for (const { dotdot } of check.places.values())
    if (dotdot > 0 && dotdot <= icount) check.links[dotdot] = (check.links[dotdot] as number) + 1;
  checkLinks(check, EXT2_ROOTINO);
  for (let ino = firstIno; ino <= icount; ino++)
    if (check.state[ino] === FILE || check.state[ino] === DIRECTORY) checkLinks(check, ino);
}

/** Reconnect, unless nothing would be lost: it is empty, or was deleted and still open. */
function unreferenced(check: Ext2Check, lostFound: LostFound, ino: number): void {
  const di = check.volume.readInode(ino);
  const message = `UNREF FILE${check.describe(ino, di)}`;
  const empty = di.nlink === 0 || (sizeOf(di) === 0 && di.nblockLow === 0);
  if (!empty && check.dialog.repair(message, 'RECONNECT', 'RECONNECTED')) {
    if (lostFound.connect(ino)) return;
  }
  if (!check.dialog.repair(message, 'CLEAR', 'CLEARED')) return;
  releaseInodeBlocks(check, ino, di);
  check.clearInode(ino);
  check.files--;
}

function checkLinks(check: Ext2Check, ino: number): void {
  const found = check.nlink[ino] as number;
  let right = Math.min(check.links[ino] as number, 0xffff);
  const directory = check.state[ino] === DIRECTORY;
  if (directory && right > EXT2FS_LINK_MAX && hasRocompat(check.sb, EXT2F_ROCOMPAT_DIR_NLINK)) right = 1;
  if (found === right || right === 0) return;
  const di = check.volume.readInode(ino);
  const message = `LINK COUNT ${directory ? 'DIR' : 'FILE'}${check.describe(ino, di)} COUNT ${found} SHOULD BE ${right}`;
  const answer =
    found > right
      ? check.dialog.repair(message, 'ADJUST', 'ADJUSTED')
      : check.dialog.decide(`LINK COUNT INCREASING\n${message}`, 'ADJUST');
  if (!answer) return;
  di.nlink = right;
  check.volume.writeInode(ino, di);
}
