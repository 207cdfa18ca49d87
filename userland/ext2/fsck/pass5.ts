// SPDX-License-Identifier: BSD-2-Clause
import { Bitmap } from '../bitmap.ts';
import { E2FS_BG_BLOCK_UNINIT, E2FS_BG_INODE_UNINIT, type GroupDescriptor } from '../group_table.ts';
import { EXT2F_ROCOMPAT_GDT_CSUM, hasRocompat } from '../superblock.ts';
import { DIRECTORY, type Ext2Check, FILE } from './ext2_check.ts';

/** What the phases before found a group to be. */
interface GroupTruth {
  readonly blocks: Bitmap;
  readonly inodes: Bitmap;
  readonly nbfree: number;
  readonly nifree: number;
  readonly ndirs: number;
  /** Inodes up to the last in use. */
  readonly lastInode: number;
  /** No block is in use but the group's own. */
  readonly bare: boolean;
}

/** Phase 5: bitmaps and counts. */
export function pass5(check: Ext2Check, progress: (done: number, total: number) => void): void {
  check.dialog.heading('Phase 5 - Check Block and Inode Bitmaps');
  const { groups } = check.volume.geometry;
  const wrong = { blocks: 0, inodes: 0, counts: 0, flags: 0 };
  const repairs: (() => void)[] = [];
  let nbfree = 0;
  let nifree = 0;
  for (let group = 0; group < groups; group++) {
    progress(group, groups);
    const truth = groupTruth(check, group);
    nbfree += truth.nbfree;
    nifree += truth.nifree;
    compareGroup(check, group, truth, wrong, repairs);
  }
  if (wrong.flags > 0) ask(check, `${wrong.flags} GROUPS WITH BAD FLAGS OR CHECKSUMS`, repairs);
  if (wrong.blocks > 0) ask(check, `BLK(S) WRONG IN BIT MAPS OF ${wrong.blocks} GROUPS`, repairs);
  if (wrong.inodes > 0) ask(check, `INODE(S) WRONG IN BIT MAPS OF ${wrong.inodes} GROUPS`, repairs);
  if (wrong.counts > 0) ask(check, `SUMMARY INFORMATION BAD IN ${wrong.counts} GROUPS`, repairs);
  for (const repair of repairs) repair();
  checkTotals(check, nbfree, nifree);
}

/** One question mends one kind of fault in all groups; a no leaves every group as it is. */
function ask(check: Ext2Check, message: string, repairs: (() => void)[]): void {
  if (!check.dialog.repair(message, 'SALVAGE', 'SALVAGED')) repairs.length = 0;
}

function groupTruth(check: Ext2Check, group: number): GroupTruth {
  const { geometry, bsize } = check.volume;
  const start = geometry.groupStart(group);
  const count = geometry.groupBlocks(group);
  const blocks = new Bitmap(bsize * 8);
  let bare = true;
  for (
    let at = check.used.next(start, start + count);
    at < start + count;
    at = check.used.next(at + 1, start + count)
  ) {
    blocks.set(at - start);
    if (bare && !check.zones.has(at)) bare = false;
  }
  const nbfree = blocks.countClear(0, count);
  blocks.setRange(count, bsize * 8);
  const inodes = new Bitmap(bsize * 8);
  let ndirs = 0;
  let lastInode = 0;
  for (let i = 0; i < geometry.ipg; i++) {
    const ino = group * geometry.ipg + i + 1;
    const state = check.state[ino];
    if (state !== FILE && state !== DIRECTORY && ino >= geometry.firstIno) continue;
    inodes.set(i);
    lastInode = i + 1;
    if (state === DIRECTORY) ndirs++;
  }
  const nifree = inodes.countClear(0, geometry.ipg);
  inodes.setRange(geometry.ipg, bsize * 8);
  return { blocks, inodes, nbfree, nifree, ndirs, lastInode, bare };
}

function compareGroup(
  check: Ext2Check,
  group: number,
  truth: GroupTruth,
  wrong: { blocks: number; inodes: number; counts: number; flags: number },
  repairs: (() => void)[],
): void {
  const { volume } = check;
  const gd = volume.groups.get(group);
  const flags = rightFlags(check, gd, truth);
  if (flags !== undefined || !volume.groups.checksumOk(group)) {
    wrong.flags++;
    repairs.push(() => {
      if (flags !== undefined) Object.assign(gd, flags);
      volume.groups.seal(group);
    });
  }
  const bits = flags?.flags ?? gd.flags;
  const checkBitmap = (kind: 'blocks' | 'inodes', at: number, uninit: number): void => {
    if (hasRocompat(check.sb, EXT2F_ROCOMPAT_GDT_CSUM) && (bits & uninit) !== 0) return;
    const found = volume.readBlock(at);
    const right = truth[kind].bytes;
    if (found.every((byte, i) => byte === right[i])) return;
    wrong[kind]++;
    repairs.push(() => volume.writeBlocks(at, right));
  };
  checkBitmap('blocks', gd.blockBitmap, E2FS_BG_BLOCK_UNINIT);
  checkBitmap('inodes', gd.inodeBitmap, E2FS_BG_INODE_UNINIT);
  const { nbfree, nifree, ndirs } = truth;
  if (gd.nbfree === nbfree && gd.nifree === nifree && gd.ndirs === ndirs) return;
  check.debug(`GROUP ${group}: ${gd.nbfree} ${gd.nifree} ${gd.ndirs} SHOULD BE ${nbfree} ${nifree} ${ndirs}`);
  wrong.counts++;
  repairs.push(() => Object.assign(gd, { nbfree, nifree, ndirs }));
}

/** Flags and the number of unused inodes, when they do not go with what is in use. */
function rightFlags(
  check: Ext2Check,
  gd: GroupDescriptor,
  truth: GroupTruth,
): { flags: number; itableUnused: number } | undefined {
  const { ipg, groups } = check.volume.geometry;
  let { flags, itableUnused } = gd;
  if (!hasRocompat(check.sb, EXT2F_ROCOMPAT_GDT_CSUM)) {
    flags &= ~(E2FS_BG_BLOCK_UNINIT | E2FS_BG_INODE_UNINIT);
    return flags === gd.flags ? undefined : { flags, itableUnused };
  }
  // The bitmap of the last group, which may be shorter, is always there.
  if (!truth.bare || gd === check.volume.groups.get(groups - 1)) flags &= ~E2FS_BG_BLOCK_UNINIT;
  if (truth.lastInode > 0) flags &= ~E2FS_BG_INODE_UNINIT;
  if (itableUnused > ipg - truth.lastInode) itableUnused = ipg - truth.lastInode;
  return flags === gd.flags && itableUnused === gd.itableUnused ? undefined : { flags, itableUnused };
}

function checkTotals(check: Ext2Check, nbfree: number, nifree: number): void {
  const { sb, dialog } = check;
  if (sb.fbcount !== nbfree && dialog.repair('FREE BLK COUNT(S) WRONG IN SUPERBLK', 'SALVAGE', 'SALVAGED'))
    sb.fbcount = nbfree;
  if (sb.ficount !== nifree && dialog.repair('FREE INODE COUNT(S) WRONG IN SUPERBLK', 'SALVAGE', 'SALVAGED'))
    sb.ficount = nifree;
}
