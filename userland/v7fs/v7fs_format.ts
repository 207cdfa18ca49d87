// SPDX-License-Identifier: BSD-2-Clause
/** The file system of Seventh Edition UNIX on a disk; kernel-wasm/include/fs/v7fs/v7fs.h tells its story. */

export const BLOCK = 512;
export const SUPERBLOCK = 1;
export const ILIST = 2;
export const INODE_BYTES = 64;
export const INODES_PER_BLOCK = BLOCK / INODE_BYTES;
export const MAX_INODE = 65535;
export const ROOT_INODE = 2;
export const MAX_BLOCKS = 1 << 24;
export const STACK_SIZE = 50;
export const CACHE_SIZE = 100;
export const DIRECT = 10;
export const ADDRESSES = 13;
export const PER_INDIRECT = BLOCK / 4;
export const ENTRY_BYTES = 16;
export const NAME_MAX = 14;
/** The last byte that three levels of indirect blocks reach. */
export const MAX_FILE = (DIRECT + PER_INDIRECT + PER_INDIRECT ** 2 + PER_INDIRECT ** 3) * BLOCK;

export const IFMT = 0o170000;
export const IFIFO = 0o010000;
export const IFCHR = 0o020000;
export const IFDIR = 0o040000;
export const IFBLK = 0o060000;
export const IFREG = 0o100000;
export const IFLNK = 0o120000;
export const IFSOCK = 0o140000;

/** le: VAX; be: 68000; pdp: bytes of a word as on the VAX, words of a double word as on the 68000. */
export type ByteOrder = 'le' | 'be' | 'pdp';
export const BYTE_ORDERS: readonly ByteOrder[] = ['le', 'pdp', 'be'];

export function get16(order: ByteOrder, b: Uint8Array, at: number): number {
  const [x, y] = [b[at] ?? 0, b[at + 1] ?? 0];
  return order === 'be' ? (x << 8) | y : (y << 8) | x;
}

export function get32(order: ByteOrder, b: Uint8Array, at: number): number {
  const [first, second] = [get16(order, b, at), get16(order, b, at + 2)];
  return order === 'le' ? second * 65536 + first : first * 65536 + second;
}

/** A block address in an inode: the low three bytes of get32's four. */
export function get24(order: ByteOrder, b: Uint8Array, at: number): number {
  return order === 'le'
    ? get16(order, b, at) | ((b[at + 2] ?? 0) << 16)
    : ((b[at] ?? 0) << 16) | get16(order, b, at + 1);
}

export function put16(order: ByteOrder, b: Uint8Array, at: number, value: number): void {
  b[at + (order === 'be' ? 1 : 0)] = value & 0xff;
  b[at + (order === 'be' ? 0 : 1)] = (value >>> 8) & 0xff;
}

export function put32(order: ByteOrder, b: Uint8Array, at: number, value: number): void {
  const high = order === 'le' ? 2 : 0;
  put16(order, b, at + high, value >>> 16);
  put16(order, b, at + 2 - high, value & 0xffff);
}

export function put24(order: ByteOrder, b: Uint8Array, at: number, value: number): void {
  b[at + (order === 'le' ? 2 : 0)] = value >>> 16;
  put16(order, b, at + (order === 'le' ? 0 : 1), value & 0xffff);
}

export interface Superblock {
  /** First block behind the i-list, and blocks in all. */
  isize: number;
  fsize: number;
  /** The top of the stack of free blocks, and some free inodes. */
  free: number[];
  inodes: number[];
  /** Set by a kernel that writes, cleared by unmount. */
  modified: boolean;
  time: number;
  totalFree: number;
  totalInodes: number;
}

export function inodeCount(sb: Superblock): number {
  return Math.min((sb.isize - ILIST) * INODES_PER_BLOCK, MAX_INODE);
}

export function isData(sb: Superblock, block: number): boolean {
  return block >= sb.isize && block < sb.fsize;
}

/** Numbers of a list with its length in front. */
export function getList(order: ByteOrder, b: Uint8Array, at: number): number[] {
  const count = Math.min(get16(order, b, at), STACK_SIZE);
  return Array.from({ length: count }, (_, i) => get32(order, b, at + 2 + 4 * i));
}

export function putList(order: ByteOrder, b: Uint8Array, at: number, list: readonly number[]): void {
  put16(order, b, at, list.length);
  list.forEach((value, i) => {
    put32(order, b, at + 2 + 4 * i, value);
  });
}

/** What block 1 says, or undefined: there is no magic number, so every number has to make sense instead. */
export function decodeSuperblock(order: ByteOrder, b: Uint8Array): Superblock | undefined {
  const [isize, fsize] = [get16(order, b, 0), get32(order, b, 2)];
  const [nfree, ninode] = [get16(order, b, 6), get16(order, b, 208)];
  if (isize <= ILIST || fsize <= isize || fsize > MAX_BLOCKS || nfree > STACK_SIZE || ninode > CACHE_SIZE)
    return undefined;
  return {
    isize,
    fsize,
    free: getList(order, b, 6),
    inodes: Array.from({ length: ninode }, (_, i) => get16(order, b, 210 + 2 * i)),
    modified: b[412] !== 0,
    time: get32(order, b, 414),
    totalFree: get32(order, b, 418),
    totalInodes: get16(order, b, 422),
  };
}

/** @param b  block 1 as it is: what is not known here stays */
export function encodeSuperblock(order: ByteOrder, sb: Superblock, b: Uint8Array): void {
  put16(order, b, 0, sb.isize);
  put32(order, b, 2, sb.fsize);
  putList(order, b, 6, sb.free);
  put16(order, b, 208, sb.inodes.length);
  sb.inodes.forEach((ino, i) => {
    put16(order, b, 210 + 2 * i, ino);
  });
  b[412] = sb.modified ? 1 : 0;
  put32(order, b, 414, sb.time);
  put32(order, b, 418, sb.totalFree);
  put16(order, b, 422, sb.totalInodes);
}

export interface Inode {
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  size: number;
  addr: number[];
  atime: number;
  mtime: number;
  ctime: number;
}

export function decodeInode(order: ByteOrder, b: Uint8Array, at: number): Inode {
  return {
    mode: get16(order, b, at),
    nlink: get16(order, b, at + 2),
    uid: get16(order, b, at + 4),
    gid: get16(order, b, at + 6),
    size: get32(order, b, at + 8),
    addr: Array.from({ length: ADDRESSES }, (_, i) => get24(order, b, at + 12 + 3 * i)),
    atime: get32(order, b, at + 52),
    mtime: get32(order, b, at + 56),
    ctime: get32(order, b, at + 60),
  };
}

export function encodeInode(order: ByteOrder, di: Inode, b: Uint8Array, at: number): void {
  put16(order, b, at, di.mode);
  put16(order, b, at + 2, di.nlink);
  put16(order, b, at + 4, di.uid);
  put16(order, b, at + 6, di.gid);
  put32(order, b, at + 8, di.size);
  di.addr.forEach((value, i) => {
    put24(order, b, at + 12 + 3 * i, value);
  });
  put32(order, b, at + 52, di.atime);
  put32(order, b, at + 56, di.mtime);
  put32(order, b, at + 60, di.ctime);
}

/** Byte offset of an inode on the disk. */
export function inodeOffset(ino: number): number {
  return ILIST * BLOCK + (ino - 1) * INODE_BYTES;
}

export interface Entry {
  readonly ino: number;
  readonly name: string;
}

export function decodeEntry(order: ByteOrder, b: Uint8Array, at: number): Entry {
  const raw = b.subarray(at + 2, at + ENTRY_BYTES);
  const end = raw.indexOf(0);
  return {
    ino: get16(order, b, at),
    name: String.fromCharCode(...raw.subarray(0, end < 0 ? NAME_MAX : end)),
  };
}

export function encodeEntry(order: ByteOrder, entry: Entry, b: Uint8Array, at: number): void {
  b.fill(0, at, at + ENTRY_BYTES);
  put16(order, b, at, entry.ino);
  for (let i = 0; i < Math.min(entry.name.length, NAME_MAX); i++) b[at + 2 + i] = entry.name.charCodeAt(i);
}
