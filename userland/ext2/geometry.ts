// SPDX-License-Identifier: BSD-2-Clause

import type { Superblock } from './superblock.ts';
import {
  E2FS_REV0,
  EXT2F_COMPAT_SPARSESUPER2,
  EXT2F_ROCOMPAT_SPARSESUPER,
  hasCompat,
  hasRocompat,
} from './superblock.ts';

export const E2FS_GDSIZE = 32;
export const EXT2_REV0_DINODE_SIZE = 128;

/** Where everything lies that the superblock alone decides. Blocks and groups are counted from 0, inodes from 1. */
export class Geometry {
  readonly bsize: number;
  readonly bcount: number;
  readonly firstDblock: number;
  readonly bpg: number;
  readonly ipg: number;
  readonly icount: number;
  readonly inodeSize: number;
  /** First inode that a file of a user can have. */
  readonly firstIno: number;
  readonly groups: number;
  /** Blocks of the group descriptors, and blocks kept behind them for more. */
  readonly gdBlocks: number;
  readonly reservedGdBlocks: number;
  /** Blocks of a group's inode table. */
  readonly tableBlocks: number;
  /** Block pointers in a block. */
  readonly nindir: number;

  /** @param sb  whose numbers are in range: see checkSuperblock */
  constructor(private readonly sb: Superblock) {
    this.bsize = 1024 << sb.logBsize;
    this.bcount = sb.bcount;
    this.firstDblock = sb.firstDblock;
    this.bpg = sb.bpg;
    this.ipg = sb.ipg;
    this.icount = sb.icount;
    this.inodeSize = sb.rev === E2FS_REV0 ? EXT2_REV0_DINODE_SIZE : sb.inodeSize;
    this.firstIno = sb.rev === E2FS_REV0 ? 11 : sb.firstIno;
    this.groups = Math.ceil((this.bcount - this.firstDblock) / this.bpg);
    this.gdBlocks = Math.ceil((this.groups * E2FS_GDSIZE) / this.bsize);
    this.reservedGdBlocks = sb.rev === E2FS_REV0 ? 0 : sb.resgdb;
    this.tableBlocks = Math.ceil((this.ipg * this.inodeSize) / this.bsize);
    this.nindir = this.bsize / 4;
  }

  groupStart(group: number): number {
    return this.firstDblock + group * this.bpg;
  }

  groupBlocks(group: number): number {
    return Math.min(this.bpg, this.bcount - this.groupStart(group));
  }

  groupOf(block: number): number {
    return Math.floor((block - this.firstDblock) / this.bpg);
  }

  groupOfInode(ino: number): number {
    return Math.floor((ino - 1) / this.ipg);
  }

  validBlock(block: number): boolean {
    return block >= this.firstDblock && block < this.bcount;
  }

  /** Does the group begin with a copy of superblock and descriptors? */
  hasSuper(group: number): boolean {
    if (group === 0) return true;
    if (hasCompat(this.sb, EXT2F_COMPAT_SPARSESUPER2))
      return group === this.sb.backupGroup0 || group === this.sb.backupGroup1;
    if (group === 1 || !hasRocompat(this.sb, EXT2F_ROCOMPAT_SPARSESUPER)) return true;
    return [3, 5, 7].some((n) => isPower(group, n));
  }

  /** Blocks at the start of a group that hold superblock and descriptors and what is reserved for these. */
  superBlocks(group: number): number {
    return this.hasSuper(group) ? 1 + this.gdBlocks + this.reservedGdBlocks : 0;
  }
}

function isPower(n: number, base: number): boolean {
  let power = base;
  while (power < n) power *= base;
  return power === n;
}
