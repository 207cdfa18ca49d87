// SPDX-License-Identifier: BSD-2-Clause
import { type LeRecord, leRecord } from './le_record.ts';

export const EXT2_BADBLOCKSINO = 1;
export const EXT2_ROOTINO = 2;
export const EXT2_RESIZEINO = 7;
export const EXT2_JOURNALINO = 8;
export const EXT2FS_NDADDR = 12;
export const EXT2FS_NIADDR = 3;
/** Extra bytes behind the first 128 that hold all times. */
export const EXT2_NSECSIZE = 32;

export const IFMT = 0xf000;
export const IFIFO = 0x1000;
export const IFCHR = 0x2000;
export const IFDIR = 0x4000;
export const IFBLK = 0x6000;
export const IFREG = 0x8000;
export const IFLNK = 0xa000;
export const IFSOCK = 0xc000;

export const EXT2_IMMUTABLE = 0x10;
export const EXT2_APPEND = 0x20;
export const EXT2_INDEX = 0x1000;
export const EXT2_IMAGIC = 0x2000;
export const EXT2_HUGE_FILE = 0x40000;
export const EXT2_EXTENTS = 0x80000;

const FIELDS = {
  mode: [0, 2],
  uidLow: [2, 2],
  sizeLow: [4, 4],
  atime: [8, 4],
  ctime: [12, 4],
  mtime: [16, 4],
  dtime: [20, 4],
  gidLow: [24, 2],
  nlink: [26, 2],
  nblockLow: [28, 4],
  flags: [32, 4],
  gen: [100, 4],
  faclLow: [104, 4],
  /** High half of a file's size. Of old, the access list of a directory. */
  sizeHigh: [108, 4],
  faddr: [112, 4],
  nblockHigh: [116, 2],
  faclHigh: [118, 2],
  uidHigh: [120, 2],
  gidHigh: [122, 2],
} as const;

/** An inode over its slot, 128 bytes or more. */
export type Dinode = LeRecord<typeof FIELDS>;
export const dinode: (bytes: Uint8Array) => Dinode = leRecord(FIELDS);

export const formatOf = (di: Dinode): number => di.mode & IFMT;
export const sizeOf = (di: Dinode): number => di.sizeHigh * 0x100000000 + di.sizeLow;
export const hasExtents = (di: Dinode): boolean => (di.flags & EXT2_EXTENTS) !== 0;

export function setSize(di: Dinode, size: number): void {
  di.sizeLow = size % 0x100000000;
  di.sizeHigh = Math.floor(size / 0x100000000);
}

const BLOCKS_AT = 40;
export const blockPointer = (di: Dinode, i: number): number => di.view.getUint32(BLOCKS_AT + 4 * i, true);
export const setBlockPointer = (di: Dinode, i: number, block: number): void =>
  di.view.setUint32(BLOCKS_AT + 4 * i, block, true);
/** The 60 bytes of pointers, extents or link text. */
export const blockArea = (di: Dinode): Uint8Array => di.bytes.subarray(BLOCKS_AT, BLOCKS_AT + 60);

/** Bytes in use behind the first 128, for inodes that are longer. */
export const extraSize = (di: Dinode): number => (di.bytes.length > 128 ? di.view.getUint16(128, true) : 0);
export const setExtraSize = (di: Dinode, size: number): void => {
  if (di.bytes.length > 128) di.view.setUint16(128, size, true);
};

/** Does the inode hold blocks at all? Devices, fifos, sockets and short links do not. */
export function hasBlocks(di: Dinode, bsize: number): boolean {
  const format = formatOf(di);
  return format === IFREG || format === IFDIR || (format === IFLNK && !isFastLink(di, bsize));
}

/** A link whose text is in the inode: no block but perhaps one of attributes. */
export function isFastLink(di: Dinode, bsize: number): boolean {
  const attributes = di.faclLow === 0 ? 0 : bsize / 512;
  return formatOf(di) === IFLNK && di.nblockLow === attributes && !hasExtents(di);
}
