// SPDX-License-Identifier: BSD-2-Clause
/** What newfs decides: from sizes and wishes to a superblock, without touching a disk. */
import { type ByteOrder, howmany, powerOf2, roundup } from './byte_order.ts';
import { groupSize, maxFileSize } from './geometry.ts';
import * as fs from './superblock.ts';

/** A wish that cannot be granted; the message is for the user. */
export class NewfsError extends Error {}

export type NewfsFormat = '0' | '1' | '2' | '2ea';

/** Everything undefined has the default of newfs(8). */
export interface NewfsWish {
  readonly format: NewfsFormat;
  readonly order: ByteOrder;
  /** Bytes. */
  readonly size: number;
  readonly sectorSize: number;
  readonly bsize?: number | undefined;
  readonly fsize?: number | undefined;
  /** Bytes of data for each inode. */
  readonly density?: number | undefined;
  /** Inodes of the whole file system; more important than `density`. */
  readonly inodes?: number | undefined;
  readonly minfree?: number | undefined;
  readonly optim?: 'space' | 'time' | undefined;
  readonly maxcontig?: number | undefined;
  readonly maxbpg?: number | undefined;
  readonly maxbsize?: number | undefined;
  readonly avgfilesize?: number | undefined;
  readonly avgfpdir?: number | undefined;
  /** Seconds since 1970. */
  readonly time: number;
  readonly random: number;
}

const MB = 1 << 20;
const MAXPHYS = 65536;
const MIN_GROUPS = 4;
/** A group's share of fixed parts for which there had better be fewer groups. */
const MAX_OVERHEAD = 1 / 8;

/** Fragments are an eighth of it. */
const DEFAULT_BSIZE: readonly { readonly below: number; readonly bsize: number }[] = [
  { below: 20 * MB, bsize: 4096 },
  { below: 1000 * MB, bsize: 8192 },
  { below: 128 * 1024 * MB, bsize: 16384 },
  { below: Number.POSITIVE_INFINITY, bsize: 32768 },
];

/** The superblock of the file system wished for, all but its totals. @throws NewfsError */
export function planNewfs(wish: NewfsWish): fs.Superblock {
  const magic = { '0': fs.FS_UFS1_MAGIC, '1': fs.FS_UFS1_MAGIC, '2': fs.FS_UFS2_MAGIC, '2ea': fs.FS_UFS2EA_MAGIC };
  const sb = fs.Superblock.create(magic[wish.format], wish.order);
  blockSizes(sb, wish);
  policy(sb, wish);
  formatFields(sb, wish);
  places(sb);
  groups(sb, wish);
  if (!sb.ufs2) cylinders(sb, wish);
  const problem = sb.problem();
  if (problem !== undefined) throw new NewfsError(`impossible file system: ${problem}`);
  return sb;
}

function inRange(what: string, value: number, min: number, max: number): number {
  if (value < min) throw new NewfsError(`${what} ${value} is too small, minimum is ${min}`);
  if (value > max) throw new NewfsError(`${what} ${value} is too large, maximum is ${max}`);
  return value;
}

function powerInRange(what: string, value: number, min: number, max: number): number {
  if (!powerOf2(value)) throw new NewfsError(`${what} must be a power of 2, not ${value}`);
  return inRange(what, value, min, max);
}

function blockSizes(sb: fs.Superblock, wish: NewfsWish): void {
  const { sectorSize, size } = wish;
  powerInRange('sector size', sectorSize, 512, fs.MAXBSIZE);
  const byDefault = DEFAULT_BSIZE.find((d) => size < d.below)?.bsize as number;
  const wanted = wish.fsize === undefined ? byDefault : wish.fsize * fs.MAXFRAG;
  const bsize = wish.bsize ?? Math.min(Math.max(wanted, fs.MINBSIZE), fs.MAXBSIZE);
  sb.bsize = powerInRange('block size', bsize, fs.MINBSIZE, fs.MAXBSIZE);
  const fsize = wish.fsize ?? Math.max(sb.bsize / fs.MAXFRAG, sectorSize);
  sb.fsize = powerInRange('fragment size', fsize, Math.max(sectorSize, sb.bsize / fs.MAXFRAG), sb.bsize);
  sb.frag = sb.bsize / sb.fsize;
  sb.bmask = -sb.bsize;
  sb.fmask = -sb.fsize;
  sb.qbmask = BigInt(sb.bsize - 1);
  sb.qfmask = BigInt(sb.fsize - 1);
  sb.bshift = Math.log2(sb.bsize);
  sb.fshift = Math.log2(sb.fsize);
  sb.fragshift = Math.log2(sb.frag);
  sb.fsbtodb = Math.log2(sb.fsize / sectorSize);
  sb.nindir = sb.bsize / (sb.ufs2 ? 8 : 4);
  sb.inopb = sb.bsize / sb.dinodeSize;
  sb.size = Math.floor(size / sb.fsize);
  sb.sbsize = Math.min(roundup(fs.FS_STRUCTSIZE, sb.fsize), fs.SBLOCKSIZE);
  sb.maxbsize = powerInRange('maxbsize', wish.maxbsize ?? sb.bsize, sb.bsize, fs.FS_MAXCONTIG * sb.bsize);
  sb.maxfilesize = maxFileSize(sb.bsize, sb.ufs2);
}

function policy(sb: fs.Superblock, wish: NewfsWish): void {
  const wide = (what: string, value: number) => inRange(what, value, 1, 0x7fffffff);
  sb.minfree = inRange('free space', wish.minfree ?? 5, 0, 99);
  const optim = wish.optim ?? (sb.minfree < 5 ? 'space' : 'time');
  sb.optim = optim === 'space' ? fs.FS_OPTSPACE : fs.FS_OPTTIME;
  sb.maxcontig = wide('maxcontig', wish.maxcontig ?? Math.max(1, Math.min(MAXPHYS / sb.bsize, fs.FS_MAXCONTIG)));
  sb.maxbpg = wide('maxbpg', wish.maxbpg ?? sb.bsize / 4);
  sb.avgfilesize = wide('average file size', wish.avgfilesize ?? 16384);
  sb.avgfpdir = wide('files per directory', wish.avgfpdir ?? 64);
  sb.id0 = wish.time;
  sb.id1 = wish.random;
  sb.time = wish.time;
  sb.clean = fs.FS_ISCLEAN;
}

function formatFields(sb: fs.Superblock, wish: NewfsWish): void {
  const old = wish.format === '0';
  sb.oldFlags = old ? 0 : fs.FS_FLAGS_UPDATED;
  sb.oldInodefmt = old ? fs.FS_42INODEFMT : fs.FS_44INODEFMT;
  sb.maxsymlinklen = old ? 0 : sb.ufs2 ? 120 : 60;
  sb.contigsumsize = old || sb.maxcontig <= 1 ? 0 : Math.min(sb.maxcontig, fs.FS_MAXCONTIG);
  sb.sblockloc = sb.ufs2 ? fs.SBLOCK_UFS2 : fs.SBLOCK_UFS1;
}

/** What comes in every group before the inodes. */
function places(sb: fs.Superblock): void {
  sb.sblkno = roundup(howmany(sb.sblockloc + fs.SBLOCKSIZE, sb.fsize), sb.frag);
  sb.cblkno = sb.sblkno + roundup(howmany(fs.SBLOCKSIZE, sb.fsize), sb.frag);
  sb.iblkno = sb.cblkno + sb.frag;
}

/** As few groups as their maps allow, but some, of equal size. */
function groups(sb: fs.Superblock, wish: NewfsWish): void {
  if (sb.size <= sb.iblkno + 2 * sb.frag) throw new NewfsError(`size ${wish.size} is too small for a file system`);
  if (!sb.ufs2 && sb.size > 0x7fffffff) throw new NewfsError('too large for FFSv1: use -O 2 or a larger fragment size');
  sb.oldCpg = sb.ufs2 ? 0 : 1;
  let ncg = fewestGroups(sb, wish);
  for (let want = MIN_GROUPS; want > ncg; want--) {
    divide(sb, wish, want);
    if (sb.dblkno - sb.sblkno <= sb.fpg * MAX_OVERHEAD) ncg = want;
  }
  divide(sb, wish, ncg);
  const room = sb.dblkno + howmany(sb.ncg * fs.CSUM_SIZE, sb.fsize) + sb.frag;
  const last = sb.size - (ncg - 1) * sb.fpg;
  if (last < sb.dblkno + sb.frag && ncg > 1) {
    sb.ncg--;
    sb.size = sb.ncg * sb.fpg;
  }
  if (room > Math.min(sb.fpg, sb.size))
    throw new NewfsError(wish.inodes ? `no room for ${wish.inodes} inodes` : 'no room for data: use fewer inodes');
  sb.csaddr = sb.dblkno;
  sb.cssize = roundup(sb.ncg * fs.CSUM_SIZE, sb.fsize);
  sb.cgsize = roundup(groupSize(sb), sb.fsize);
  sb.dsize = sb.size - sb.sblkno - sb.ncg * (sb.dblkno - sb.sblkno) - howmany(sb.cssize, sb.fsize);
}

function fewestGroups(sb: fs.Superblock, wish: NewfsWish): number {
  const fits = (ncg: number) => {
    divide(sb, wish, ncg);
    return groupSize(sb) <= sb.bsize;
  };
  let few = howmany(sb.size, sb.bsize * 8);
  if (fits(few)) return few;
  let many = few;
  while (!fits(many)) {
    few = many;
    many *= 2;
    if (many > sb.size) throw new NewfsError('too many inodes for the block size');
  }
  while (few + 1 < many) {
    const middle = Math.floor((few + many) / 2);
    if (fits(middle)) many = middle;
    else few = middle;
  }
  return many;
}

/** Into so many groups, and the inodes among them. */
function divide(sb: fs.Superblock, wish: NewfsWish, ncg: number): void {
  sb.ncg = ncg;
  sb.fpg = roundup(howmany(sb.size, ncg), sb.frag);
  const density = inRange('bytes per inode', wish.density ?? 4 * sb.fsize, 1, 0x7fffffff);
  const data = Math.max(sb.fpg - sb.iblkno, 0) * sb.fsize;
  const inodes = wish.inodes === undefined ? data / (density + sb.dinodeSize) : wish.inodes / ncg;
  sb.ipg = roundup(Math.max(Math.ceil(inodes), 1), sb.inopb);
  if (sb.ipg * ncg > 0x7fffffff) throw new NewfsError('too many inodes');
  sb.dblkno = sb.iblkno + (sb.ipg / sb.inopb) * sb.frag;
}

/** The disk that old programs think they see: a group is one cylinder. */
function cylinders(sb: fs.Superblock, wish: NewfsWish): void {
  sb.oldCgmask = -1;
  sb.oldNspf = sb.fsize / wish.sectorSize;
  sb.oldNpsect = sb.fpg * sb.oldNspf;
  sb.oldNsect = sb.oldNpsect;
  sb.oldSpc = sb.oldNpsect;
  sb.oldNcyl = sb.ncg;
  sb.oldRps = 60;
  sb.oldInterleave = 1;
  sb.oldPostblformat = fs.FS_DYNAMICPOSTBLFMT;
  sb.oldNrpos = 1;
}
