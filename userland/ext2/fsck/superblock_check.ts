// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../../disk/raw_device.ts';
import { EXT2_JOURNALINO } from '../dinode.ts';
import { Geometry } from '../geometry.ts';
import {
  E2FS_MAGIC,
  E2FS_REV0,
  E2FS_REV1,
  EXT2F_COMPAT_HASJOURNAL,
  EXT2F_COMPAT_RESIZE,
  EXT2F_INCOMPAT_RECOVER,
  hasCompat,
  hasIncompat,
  readSuperblock,
  SB_JOURNALUUID,
  SBOFF,
  type Superblock,
  unsupportedFeatures,
} from '../superblock.ts';

/** More than this of either is not checked here: the maps of them would not fit in memory. */
const MAXBLOCKS = 2 ** 30;
const MAXINODES = 2 ** 25;
const BLOCK_SIZES = [1024, 2048, 4096, 8192, 16384, 32768, 65536];
/** Groups that have a copy of the superblock on every file system that has any. */
const BACKUP_GROUPS = [1, 3, 5, 7, 9, 25, 27, 49, 81];

/** Why nothing can be found by a superblock's numbers, or undefined. */
export function superblockFault(sb: Superblock, diskSize: number): string | undefined {
  if (sb.magic !== E2FS_MAGIC) return 'MAGIC NUMBER WRONG';
  if (sb.rev > E2FS_REV1) return 'UNKNOWN REVISION';
  if (sb.logBsize > 6) return 'BAD BLOCK SIZE';
  const bsize = 1024 << sb.logBsize;
  if (sb.firstDblock !== (bsize === 1024 ? 1 : 0)) return 'BAD FIRST BLOCK';
  if (sb.bpg < 256 || sb.bpg > bsize * 8 || sb.bpg % 8 !== 0) return 'BAD BLOCKS PER GROUP';
  if (sb.bcount <= sb.firstDblock || sb.bcount * bsize > diskSize) return 'BAD NUMBER OF BLOCKS';
  const inodeSize = sb.rev === E2FS_REV0 ? 128 : sb.inodeSize;
  if (inodeSize < 128 || inodeSize > bsize || (inodeSize & (inodeSize - 1)) !== 0) return 'BAD INODE SIZE';
  if (sb.ipg < 1 || sb.ipg > bsize * 8 || (sb.ipg * inodeSize) % bsize !== 0) return 'BAD INODES PER GROUP';
  if (sb.rev !== E2FS_REV0 && (sb.firstIno < 11 || sb.firstIno > sb.ipg)) return 'BAD FIRST INODE';
  if (sb.rev !== E2FS_REV0 && sb.resgdb > bsize / 4) return 'BAD NUMBER OF RESERVED BLOCKS';
  const geometry = new Geometry(sb);
  if (geometry.superBlocks(0) + 2 + geometry.tableBlocks > geometry.groupBlocks(0)) return 'FIRST GROUP IS TOO SMALL';
  return undefined;
}

/** Why a sound file system is too large for this program. */
export function sizeFault(sb: Superblock): string | undefined {
  const inodes = sb.ipg * new Geometry(sb).groups;
  return sb.bcount > MAXBLOCKS || inodes > MAXINODES ? `${sb.bcount} BLOCKS, ${inodes} INODES ARE TOO MANY` : undefined;
}

/** Numbers that follow from others or do little: put right in `sb`. @returns what was wrong */
export function mendSuperblock(sb: Superblock): string[] {
  const faults: string[] = [];
  const fix = (wrong: boolean, what: string, body: () => void): void => {
    if (!wrong) return;
    faults.push(what);
    body();
  };
  const inodes = sb.ipg * new Geometry(sb).groups;
  fix(sb.icount !== inodes, `INODE COUNT IS ${sb.icount} SHOULD BE ${inodes}`, () => {
    sb.icount = inodes;
  });
  fix(sb.logFsize !== sb.logBsize, 'FRAGMENT SIZE IS NOT BLOCK SIZE', () => {
    sb.logFsize = sb.logBsize;
  });
  fix(sb.fpg !== sb.bpg, 'FRAGMENTS PER GROUP ARE NOT BLOCKS PER GROUP', () => {
    sb.fpg = sb.bpg;
  });
  fix(sb.rbcount > sb.bcount / 2, 'MORE THAN HALF THE BLOCKS RESERVED', () => {
    sb.rbcount = Math.floor(sb.bcount / 20);
  });
  const extra = new Geometry(sb).inodeSize - 128;
  fix(sb.rev > E2FS_REV0 && (sb.minExtra > extra || sb.wantExtra > extra), 'BAD EXTRA INODE SIZE', () => {
    sb.minExtra = sb.wantExtra = Math.min(32, extra);
  });
  fix(
    sb.rev > E2FS_REV0 && sb.resgdb > 0 && !hasCompat(sb, EXT2F_COMPAT_RESIZE),
    'RESERVED BLOCKS WITHOUT THE FEATURE',
    () => {
      sb.compat |= EXT2F_COMPAT_RESIZE;
    },
  );
  mendRevision(sb, fix);
  mendJournal(sb, fix);
  return faults;
}

type Fix = (wrong: boolean, what: string, body: () => void) => void;

/** The original revision has no features. */
function mendRevision(sb: Superblock, fix: Fix): void {
  const wrong = sb.rev === E2FS_REV0 && (sb.compat !== 0 || sb.incompat !== 0 || sb.rocompat !== 0);
  fix(wrong, 'FEATURES IN REVISION 0', () => {
    sb.compat = sb.incompat = sb.rocompat = 0;
  });
  fix(sb.rev === E2FS_REV0 && sb.resgdb !== 0, 'RESERVED BLOCKS IN REVISION 0', () => {
    sb.resgdb = 0;
  });
  // Without 64bit nobody reads it.
  fix(![0, 32, 64].includes(sb.gdSize), 'BAD DESCRIPTOR SIZE', () => {
    sb.gdSize = 0;
  });
}

/** Words that only a journal on another device may set, and such a journal is not supported. */
function mendJournal(sb: Superblock, fix: Fix): void {
  const uuid = sb.bytes.subarray(SB_JOURNALUUID.at, SB_JOURNALUUID.at + SB_JOURNALUUID.length);
  const wrong = sb.journalDev !== 0 || uuid.some((byte) => byte !== 0);
  fix(wrong, 'JOURNAL ON ANOTHER DEVICE', () => {
    sb.journalDev = 0;
    uuid.fill(0);
  });
  const lost = hasIncompat(sb, EXT2F_INCOMPAT_RECOVER) && !hasCompat(sb, EXT2F_COMPAT_HASJOURNAL);
  fix(lost, 'RECOVERY FROM NO JOURNAL', () => {
    sb.incompat &= ~EXT2F_INCOMPAT_RECOVER;
  });
  const inode = hasCompat(sb, EXT2F_COMPAT_HASJOURNAL) ? EXT2_JOURNALINO : 0;
  fix(sb.journalIno !== inode, `JOURNAL INODE IS ${sb.journalIno} SHOULD BE ${inode}`, () => {
    sb.journalIno = inode;
  });
}

/** Features that cannot be, or that nothing here knows. */
export function featuresDoubtful(sb: Superblock): boolean {
  return unsupportedFeatures(sb).length > 0 || (sb.resgdb !== 0 && !hasCompat(sb, EXT2F_COMPAT_RESIZE));
}

/**
 * A copy of the superblock: in the given block, or in the first group that has a good one. Groups are as long as the bitmap
 * allows, or as `hint` says.
 */
export function findBackup(
  disk: Disk,
  block?: number,
  hint = 0,
): { readonly sb: Superblock; readonly block: number } | undefined {
  for (const bsize of BLOCK_SIZES) {
    const first = bsize === 1024 ? 1 : 0;
    const places =
      block === undefined
        ? [bsize * 8, hint].flatMap((bpg) => BACKUP_GROUPS.map((group) => first + group * bpg))
        : [block];
    for (const place of places) {
      if (place === first && block === undefined) continue;
      const inBlock = place === 0 && bsize > 1024 ? SBOFF : 0;
      const sb = readSuperblock(disk, place * bsize + inBlock);
      if (1024 << sb.logBsize === bsize && superblockFault(sb, disk.size) === undefined) return { sb, block: place };
    }
  }
  return undefined;
}
