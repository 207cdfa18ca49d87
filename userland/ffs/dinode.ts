// SPDX-License-Identifier: BSD-2-Clause
/** An inode on the disk: 128 bytes in UFS1, 256 in UFS2, with the same fields under the same names. */
import { structOf } from './byte_order.ts';
import { UFS_NDADDR, UFS_NIADDR } from './geometry.ts';
import type { Superblock } from './superblock.ts';

export const S_IFMT = 0o170000;
export const S_IFIFO = 0o010000;
export const S_IFCHR = 0o020000;
export const S_IFDIR = 0o040000;
export const S_IFBLK = 0o060000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;
export const S_IFSOCK = 0o140000;
export const S_IFWHT = 0o160000;
export const SF_SNAPSHOT = 0x00200000;
/** Of the journal in the file system. */
export const SF_LOG = 0x00400000;

const DINODE1_FIELDS = {
  mode: [0, 'u16'],
  nlink: [2, 's16'],
  oldUid: [4, 'u16'],
  oldGid: [6, 'u16'],
  size: [8, 's64'],
  atime: [16, 's32'],
  atimensec: [20, 's32'],
  mtime: [24, 's32'],
  mtimensec: [28, 's32'],
  ctime: [32, 's32'],
  ctimensec: [36, 's32'],
  flags: [100, 'u32'],
  blocks: [104, 'u32'],
  gen: [108, 's32'],
  uid: [112, 'u32'],
  gid: [116, 'u32'],
  modrev: [120, 'big'],
} as const;

const DINODE2_FIELDS = {
  mode: [0, 'u16'],
  nlink: [2, 's16'],
  uid: [4, 'u32'],
  gid: [8, 'u32'],
  blksize: [12, 'u32'],
  size: [16, 's64'],
  blocks: [24, 's64'],
  atime: [32, 's64'],
  mtime: [40, 's64'],
  ctime: [48, 's64'],
  birthtime: [56, 's64'],
  mtimensec: [64, 's32'],
  atimensec: [68, 's32'],
  ctimensec: [72, 's32'],
  birthnsec: [76, 's32'],
  gen: [80, 's32'],
  kernflags: [84, 'u32'],
  flags: [88, 'u32'],
  extsize: [92, 's32'],
  modrev: [232, 'big'],
} as const;

/** What both have. Pointers are fragments, 0 a hole; `blocks` counts 512 bytes each. */
export interface Dinode {
  readonly bytes: Uint8Array;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  size: number;
  blocks: number;
  atime: number;
  atimensec: number;
  mtime: number;
  mtimensec: number;
  ctime: number;
  ctimensec: number;
  gen: number;
  flags: number;
  /** UFS2; 0 in UFS1, where it cannot be set. */
  birthtime: number;
  birthnsec: number;
  /** Bytes of extended attributes, in UFS2. */
  extsize: number;
  /** Direct pointers 0..11. */
  db(i: number): number;
  setDb(i: number, frag: number): void;
  /** Indirect pointers 0..2. */
  ib(i: number): number;
  setIb(i: number, frag: number): void;
  /** Pointers of the extended attributes 0..1, in UFS2. */
  extb(i: number): number;
  /** The area of the pointers, which holds a short symbolic link: 60 or 120 bytes. */
  readonly shortlink: Uint8Array;
  /** Everything zero. */
  readonly blank: boolean;
}

const POINTERS = UFS_NDADDR + UFS_NIADDR;

class Dinode1 extends structOf(DINODE1_FIELDS) implements Dinode {
  readonly extsize = 0;
  readonly birthtime = 0;
  readonly birthnsec = 0;

  db(i: number): number {
    return this.s32(40 + 4 * i);
  }

  setDb(i: number, frag: number): void {
    this.set32(40 + 4 * i, frag);
  }

  ib(i: number): number {
    return this.db(UFS_NDADDR + i);
  }

  setIb(i: number, frag: number): void {
    this.setDb(UFS_NDADDR + i, frag);
  }

  extb(_i: number): number {
    return 0;
  }

  get shortlink(): Uint8Array {
    return this.bytes.subarray(40, 40 + 4 * POINTERS);
  }

  get blank(): boolean {
    return this.bytes.every((b) => b === 0);
  }
}

/** UFS1 as 4.2BSD had it: owners of 16 bits. */
class Dinode0 extends Dinode1 {}
for (const [name, old] of [
  ['uid', 'oldUid'],
  ['gid', 'oldGid'],
] as const)
  Object.defineProperty(Dinode0.prototype, name, {
    get(this: Dinode0) {
      return this[old];
    },
    set(this: Dinode0, value: number) {
      this[old] = value;
    },
  });

class Dinode2 extends structOf(DINODE2_FIELDS) implements Dinode {
  db(i: number): number {
    return this.s64(112 + 8 * i);
  }

  setDb(i: number, frag: number): void {
    this.set64(112 + 8 * i, frag);
  }

  ib(i: number): number {
    return this.db(UFS_NDADDR + i);
  }

  setIb(i: number, frag: number): void {
    this.setDb(UFS_NDADDR + i, frag);
  }

  extb(i: number): number {
    return this.s64(96 + 8 * i);
  }

  get shortlink(): Uint8Array {
    return this.bytes.subarray(112, 112 + 8 * POINTERS);
  }

  get blank(): boolean {
    return this.bytes.every((b) => b === 0);
  }
}

/** The inode in these fs.dinodeSize bytes, which it shares. */
export function dinodeAt(sb: Superblock, bytes: Uint8Array): Dinode {
  if (sb.ufs2) return new Dinode2(bytes, sb.order);
  return sb.oldInodes ? new Dinode0(bytes, sb.order) : new Dinode1(bytes, sb.order);
}

/** Is the text of this symbolic link in the inode? */
export function isShortlink(sb: Superblock, di: Dinode): boolean {
  if ((di.mode & S_IFMT) !== S_IFLNK || di.size < 0) return false;
  return di.size < sb.maxsymlinklen || (sb.maxsymlinklen === 0 && di.blocks === 0);
}
