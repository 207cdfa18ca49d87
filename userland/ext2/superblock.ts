// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../disk/raw_device.ts';
import { type LeRecord, leRecord } from './le_record.ts';

/** The superblock of ext2, ext3 and ext4: 1024 bytes at byte 1024, copies at the start of some groups. */
export const SBOFF = 1024;
export const SBSIZE = 1024;
export const E2FS_MAGIC = 0xef53;
export const E2FS_REV0 = 0;
export const E2FS_REV1 = 1;
export const E2FS_ISCLEAN = 1;
export const E2FS_ERRORS = 2;
export const E2FS_BEH_CONTINUE = 1;
export const E2FS_OS_LINUX = 0;
export const E2FS_SIGNED_HASH = 1;
export const E2FS_UNSIGNED_HASH = 2;

export const EXT2F_COMPAT_HASJOURNAL = 0x4;
export const EXT2F_COMPAT_EXTATTR = 0x8;
export const EXT2F_COMPAT_RESIZE = 0x10;
export const EXT2F_COMPAT_DIRHASHINDEX = 0x20;
export const EXT2F_COMPAT_SPARSESUPER2 = 0x200;
export const EXT2F_ROCOMPAT_SPARSESUPER = 0x1;
export const EXT2F_ROCOMPAT_LARGEFILE = 0x2;
export const EXT2F_ROCOMPAT_HUGE_FILE = 0x8;
export const EXT2F_ROCOMPAT_GDT_CSUM = 0x10;
export const EXT2F_ROCOMPAT_DIR_NLINK = 0x20;
export const EXT2F_ROCOMPAT_EXTRA_ISIZE = 0x40;
export const EXT2F_INCOMPAT_FTYPE = 0x2;
export const EXT2F_INCOMPAT_RECOVER = 0x4;
export const EXT2F_INCOMPAT_EXTENTS = 0x40;
export const EXT2F_INCOMPAT_FLEX_BG = 0x200;

const FIELDS = {
  icount: [0, 4],
  bcount: [4, 4],
  rbcount: [8, 4],
  fbcount: [12, 4],
  ficount: [16, 4],
  firstDblock: [20, 4],
  logBsize: [24, 4],
  logFsize: [28, 4],
  bpg: [32, 4],
  fpg: [36, 4],
  ipg: [40, 4],
  mtime: [44, 4],
  wtime: [48, 4],
  mntCount: [52, 2],
  maxMntCount: [54, 2],
  magic: [56, 2],
  state: [58, 2],
  behavior: [60, 2],
  lastfsck: [64, 4],
  fsckintv: [68, 4],
  creator: [72, 4],
  rev: [76, 4],
  ruid: [80, 2],
  rgid: [82, 2],
  firstIno: [84, 4],
  inodeSize: [88, 2],
  groupNr: [90, 2],
  compat: [92, 4],
  incompat: [96, 4],
  rocompat: [100, 4],
  resgdb: [206, 2],
  journalIno: [224, 4],
  journalDev: [228, 4],
  orphan: [232, 4],
  hashVersion: [252, 1],
  journalBackup: [253, 1],
  gdSize: [254, 2],
  mkfsTime: [264, 4],
  minExtra: [348, 2],
  wantExtra: [350, 2],
  flags: [352, 4],
  logFlexGroups: [372, 1],
  backupGroup0: [588, 4],
  backupGroup1: [592, 4],
} as const;

export const SB_UUID = { at: 104, length: 16 } as const;
export const SB_VNAME = { at: 120, length: 16 } as const;
export const SB_JOURNALUUID = { at: 208, length: 16 } as const;
export const SB_HASHSEED = { at: 236, length: 16 } as const;
/** Copy of the journal's i_block (15 words) and both words of its size, valid with journalBackup 1. */
export const SB_JNLBLOCKS = { at: 268, length: 68 } as const;

export type Superblock = LeRecord<typeof FIELDS>;

/** A superblock over 1024 bytes. */
export const superblock: (bytes: Uint8Array) => Superblock = leRecord(FIELDS);

/** The superblock at a byte of a disk; all zero where the disk ends before. */
export function readSuperblock(disk: Disk, offset: number): Superblock {
  return superblock(offset + SBSIZE > disk.size ? new Uint8Array(SBSIZE) : disk.read(offset, SBSIZE));
}

export const hasCompat = (sb: Superblock, feature: number): boolean => (compatOf(sb) & feature) !== 0;
export const hasIncompat = (sb: Superblock, feature: number): boolean => (incompatOf(sb) & feature) !== 0;
export const hasRocompat = (sb: Superblock, feature: number): boolean => (rocompatOf(sb) & feature) !== 0;

// Revision 0 has no features, whatever stands there.
const compatOf = (sb: Superblock): number => (sb.rev === E2FS_REV0 ? 0 : sb.compat);
const incompatOf = (sb: Superblock): number => (sb.rev === E2FS_REV0 ? 0 : sb.incompat);
const rocompatOf = (sb: Superblock): number => (sb.rev === E2FS_REV0 ? 0 : sb.rocompat);

/** A checker has to know these too; 0x1 to 0x40 and 0x100 say nothing about what is on the disk here. */
const SUPPORTED_COMPAT = 0x17f | EXT2F_COMPAT_SPARSESUPER2;
const UNSUPPORTED_COMPAT: readonly (readonly [number, string])[] = [
  [0x400, 'fast_commit'],
  [0x800, 'stable_inodes'],
  [0x1000, 'orphan_file'],
];
const UNSUPPORTED_INCOMPAT: readonly (readonly [number, string])[] = [
  [0x1, 'compression'],
  [0x8, 'journal_dev'],
  [0x10, 'meta_bg'],
  [0x80, '64bit'],
  [0x100, 'mmp'],
  [0x400, 'ea_inode'],
  [0x1000, 'dirdata'],
  [0x2000, 'csum_seed'],
  [0x4000, 'largedir'],
  [0x8000, 'inline_data'],
  [0x10000, 'encrypt'],
  [0x20000, 'casefold'],
];
const UNSUPPORTED_ROCOMPAT: readonly (readonly [number, string])[] = [
  [0x80, 'snapshot'],
  [0x100, 'quota'],
  [0x200, 'bigalloc'],
  [0x400, 'metadata_csum'],
  [0x1000, 'read-only'],
  [0x2000, 'project'],
  [0x4000, 'shared_blocks'],
  [0x8000, 'verity'],
  [0x10000, 'orphan_present'],
];
const SUPPORTED_INCOMPAT =
  EXT2F_INCOMPAT_FTYPE | EXT2F_INCOMPAT_RECOVER | EXT2F_INCOMPAT_EXTENTS | EXT2F_INCOMPAT_FLEX_BG;
/** 0x4 is B-tree directories, which nobody ever made. */
const SUPPORTED_ROCOMPAT =
  EXT2F_ROCOMPAT_SPARSESUPER |
  EXT2F_ROCOMPAT_LARGEFILE |
  0x4 |
  EXT2F_ROCOMPAT_HUGE_FILE |
  EXT2F_ROCOMPAT_GDT_CSUM |
  EXT2F_ROCOMPAT_DIR_NLINK |
  EXT2F_ROCOMPAT_EXTRA_ISIZE;

/** Names of the features in use that these tools do not know how to keep right. */
export function unsupportedFeatures(sb: Superblock): string[] {
  const names = (bits: number, known: number, table: readonly (readonly [number, string])[], set: string): string[] => {
    const found = table.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
    const rest = (bits & ~known & ~table.reduce((all, [bit]) => all | bit, 0)) >>> 0;
    return rest === 0 ? found : [...found, `${set} 0x${rest.toString(16)}`];
  };
  return [
    ...names(compatOf(sb), SUPPORTED_COMPAT, UNSUPPORTED_COMPAT, 'compat'),
    ...names(incompatOf(sb), SUPPORTED_INCOMPAT, UNSUPPORTED_INCOMPAT, 'incompat'),
    ...names(rocompatOf(sb), SUPPORTED_ROCOMPAT, UNSUPPORTED_ROCOMPAT, 'ro_compat'),
  ];
}
