// SPDX-License-Identifier: BSD-2-Clause
import { EXT2_NSECSIZE } from '../dinode.ts';
import { E2FS_GDSIZE, EXT2_REV0_DINODE_SIZE, Geometry } from '../geometry.ts';
import {
  E2FS_BEH_CONTINUE,
  E2FS_ISCLEAN,
  E2FS_MAGIC,
  E2FS_OS_LINUX,
  E2FS_REV0,
  E2FS_SIGNED_HASH,
  EXT2F_COMPAT_RESIZE,
  EXT2F_INCOMPAT_FTYPE,
  EXT2F_ROCOMPAT_LARGEFILE,
  EXT2F_ROCOMPAT_SPARSESUPER,
  SB_HASHSEED,
  SB_UUID,
  SB_VNAME,
  SBSIZE,
  type Superblock,
  superblock,
} from '../superblock.ts';

/** What is asked of a new file system. */
export interface Ext2Request {
  /** Bytes it may take. */
  readonly size: number;
  readonly blockSize: number;
  readonly inodeSize: number;
  readonly revision: 0 | 1;
  /** Number of inodes; else one for so many bytes. */
  readonly inodes?: number;
  readonly bytesPerInode: number;
  /** Percent of the blocks that only the owner of the file system may fill. */
  readonly minFree: number;
  readonly volumeName: string;
  readonly uid: number;
  readonly gid: number;
  /** Seconds. */
  readonly now: number;
}

/** A request that cannot be met, in words. */
export class PlanError extends Error {}

const FIRST_INO = 11;
/** A last group with fewer blocks for files than this is not worth its own tables. */
const MIN_LAST_GROUP = 50;
/** The file system can be grown to so many times its size. */
const GROWTH = 1024;
export const LOSTFOUND_BYTES = 16384;

/** The superblock that meets the request; free counts are the writer's. @throws PlanError */
export function planExt2(o: Ext2Request): Superblock {
  const sb = superblock(new Uint8Array(SBSIZE));
  setIdentity(sb, o);
  setFeatures(sb, o);
  sb.logBsize = sb.logFsize = Math.log2(o.blockSize) - 10;
  sb.firstDblock = o.blockSize === 1024 ? 1 : 0;
  sb.bpg = sb.fpg = o.blockSize * 8;
  const blocks = Math.floor(o.size / o.blockSize);
  if (blocks > 0xffffffff) throw new PlanError('file system is too large');
  setBlocks(sb, o, blocks);
  sb.rbcount = Math.floor((sb.bcount * o.minFree) / 100);
  return sb;
}

/** Number of blocks, and what follows from it; a last group that is too small is left out. */
function setBlocks(sb: Superblock, o: Ext2Request, blocks: number): void {
  sb.bcount = blocks;
  for (;;) {
    if (sb.bcount <= sb.firstDblock) throw new PlanError('file system is too small');
    setInodes(sb, o);
    sb.resgdb = o.revision === E2FS_REV0 ? 0 : reservedDescriptorBlocks(sb);
    const geometry = new Geometry(sb);
    const last = geometry.groups - 1;
    const left = geometry.groupBlocks(last) - groupOverhead(geometry, last);
    const files = last === 0 ? 2 + lostFoundBlocks(o.blockSize) + 1 : MIN_LAST_GROUP;
    if (geometry.bpg - groupOverhead(geometry, 0) < MIN_LAST_GROUP) throw new PlanError('too many inodes');
    if (left >= files) return;
    if (last === 0) throw new PlanError('file system is too small');
    sb.bcount = geometry.groupStart(last);
  }
}

/** Blocks of a group that are not for files. */
export function groupOverhead(geometry: Geometry, group: number): number {
  return geometry.superBlocks(group) + 2 + geometry.tableBlocks;
}

export const lostFoundBlocks = (bsize: number): number => Math.min(12, LOSTFOUND_BYTES / bsize);

function setInodes(sb: Superblock, o: Ext2Request): void {
  const groups = Math.ceil((sb.bcount - sb.firstDblock) / sb.bpg);
  const wanted = Math.max(o.inodes ?? Math.floor((sb.bcount * o.blockSize) / o.bytesPerInode), FIRST_INO + 1);
  const unit = Math.max(o.blockSize / o.inodeSize, 8);
  sb.ipg = Math.ceil(Math.ceil(wanted / groups) / unit) * unit;
  if (sb.ipg > o.blockSize * 8) {
    if (o.inodes !== undefined) throw new PlanError(`too many inodes: at most ${o.blockSize * 8 * groups}`);
    sb.ipg = o.blockSize * 8;
  }
  if (sb.ipg * groups > 0xffffffff) throw new PlanError('too many inodes');
  sb.icount = sb.ipg * groups;
}

function reservedDescriptorBlocks(sb: Superblock): number {
  const bsize = 1024 << sb.logBsize;
  const grown = Math.min(sb.bcount * GROWTH, 0xffffffff);
  const blocksFor = (bcount: number): number =>
    Math.ceil((Math.ceil((bcount - sb.firstDblock) / sb.bpg) * E2FS_GDSIZE) / bsize);
  return Math.min(blocksFor(grown) - blocksFor(sb.bcount), bsize / 4);
}

function setIdentity(sb: Superblock, o: Ext2Request): void {
  sb.magic = E2FS_MAGIC;
  sb.state = E2FS_ISCLEAN;
  sb.behavior = E2FS_BEH_CONTINUE;
  sb.creator = E2FS_OS_LINUX;
  sb.maxMntCount = 0xffff;
  sb.wtime = sb.lastfsck = sb.mkfsTime = o.now;
  sb.ruid = o.uid;
  sb.rgid = o.gid;
  const uuid = crypto.getRandomValues(new Uint8Array(SB_UUID.length));
  uuid[6] = ((uuid[6] as number) & 0x0f) | 0x40;
  uuid[8] = ((uuid[8] as number) & 0x3f) | 0x80;
  sb.bytes.set(uuid, SB_UUID.at);
  const name = new TextEncoder().encode(o.volumeName);
  if (name.length > SB_VNAME.length) throw new PlanError(`volume name is longer than ${SB_VNAME.length} bytes`);
  sb.bytes.set(name, SB_VNAME.at);
}

function setFeatures(sb: Superblock, o: Ext2Request): void {
  if (o.revision === E2FS_REV0) {
    if (o.inodeSize !== EXT2_REV0_DINODE_SIZE) throw new PlanError('revision 0 has inodes of 128 bytes only');
    return;
  }
  sb.rev = 1;
  sb.firstIno = FIRST_INO;
  sb.inodeSize = o.inodeSize;
  sb.compat = EXT2F_COMPAT_RESIZE;
  sb.incompat = EXT2F_INCOMPAT_FTYPE;
  sb.rocompat = EXT2F_ROCOMPAT_SPARSESUPER | EXT2F_ROCOMPAT_LARGEFILE;
  sb.hashVersion = 1;
  sb.flags = E2FS_SIGNED_HASH;
  sb.bytes.set(crypto.getRandomValues(new Uint8Array(SB_HASHSEED.length)), SB_HASHSEED.at);
  if (o.inodeSize > EXT2_REV0_DINODE_SIZE) sb.minExtra = sb.wantExtra = EXT2_NSECSIZE;
}
