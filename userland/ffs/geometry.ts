// SPDX-License-Identifier: BSD-2-Clause
/**
 * Where things lie. Units: a fragment is fs_fsize bytes, every address on the disk counts them; a block is fs_frag fragments.
 * All of this is safe for a superblock whose problem() is undefined.
 */
import { howmany, roundup } from './byte_order.ts';
import { CG_STRUCTSIZE, type Superblock } from './superblock.ts';

export const UFS_WINO = 1;
export const UFS_ROOTINO = 2;
export const UFS_NDADDR = 12;
export const UFS_NIADDR = 3;
export const UFS_NXADDR = 2;
export const UFS_LINK_MAX = 32767;

/** Byte address of a fragment. */
export function fragToByte(sb: Superblock, frag: number): number {
  return frag * sb.fsize;
}

/** First fragment of a group. */
export function cgBase(sb: Superblock, cg: number): number {
  return sb.fpg * cg;
}

/** Fragment that the fixed parts of a group are counted from; UFS1 may spread them over the cylinders. */
export function cgStart(sb: Superblock, cg: number): number {
  const base = cgBase(sb, cg);
  return sb.ufs2 ? base : base + sb.oldCgoffset * (cg & ~sb.oldCgmask);
}

/** Fragment of the copy of the superblock, of the group itself, its inodes, its data. */
export function cgSuper(sb: Superblock, cg: number): number {
  return cgStart(sb, cg) + sb.sblkno;
}

export function cgHeader(sb: Superblock, cg: number): number {
  return cgStart(sb, cg) + sb.cblkno;
}

export function cgInodes(sb: Superblock, cg: number): number {
  return cgStart(sb, cg) + sb.iblkno;
}

export function cgData(sb: Superblock, cg: number): number {
  return cgStart(sb, cg) + sb.dblkno;
}

/** Fragments of a group; the last one may be short. */
export function cgFrags(sb: Superblock, cg: number): number {
  return Math.min(sb.fpg, sb.size - cgBase(sb, cg));
}

/** Group that a fragment belongs to. */
export function fragGroup(sb: Superblock, frag: number): number {
  return Math.floor(frag / sb.fpg);
}

/** First data fragment of group 0 is behind the summary as well: what no file may have in group `cg` ends here. */
export function firstDataFrag(sb: Superblock, cg: number): number {
  const data = cgData(sb, cg);
  return fragGroup(sb, sb.csaddr) === cg ? Math.max(data, sb.csaddr + howmany(sb.cssize, sb.fsize)) : data;
}

export function inodeCount(sb: Superblock): number {
  return sb.ipg * sb.ncg;
}

export function inodeGroup(sb: Superblock, ino: number): number {
  return Math.floor(ino / sb.ipg);
}

/** Byte address of an inode, undefined for numbers that there are not. */
export function inodeByte(sb: Superblock, ino: number): number | undefined {
  if (ino < 1 || ino >= inodeCount(sb)) return undefined;
  const at = cgInodes(sb, inodeGroup(sb, ino)) * sb.fsize + (ino % sb.ipg) * sb.dinodeSize;
  return at + sb.dinodeSize <= sb.size * sb.fsize ? at : undefined;
}

/** Can `count` fragments from `frag` on be on this disk at all? */
export function fragsValid(sb: Superblock, frag: number, count: number): boolean {
  return frag > 0 && count > 0 && frag + count <= sb.size;
}

/** Do they lie in the data area of one group, where files may have them? */
export function dataFragsValid(sb: Superblock, frag: number, count: number): boolean {
  if (!fragsValid(sb, frag, count)) return false;
  const cg = fragGroup(sb, frag);
  const inGroup = frag + count <= cgBase(sb, cg) + cgFrags(sb, cg);
  const beforeFixed = cg > 0 && frag + count <= cgSuper(sb, cg);
  return inGroup && (beforeFixed || frag >= firstDataFrag(sb, cg));
}

/** Bytes on the disk of logical block `lbn` of a file of `size` bytes: whole blocks, but for the end of small files. */
export function blockSize(sb: Superblock, size: number, lbn: number): number {
  const start = lbn * sb.bsize;
  if (lbn >= UFS_NDADDR || size >= start + sb.bsize) return sb.bsize;
  return size <= start ? 0 : roundup(size - start, sb.fsize);
}

/** Data blocks that one pointer of level `level` leads to: 0 a block, 1 nindir of them. */
export function indirectSpan(sb: Superblock, level: number): number {
  return sb.nindir ** level;
}

/** First logical block behind the one that indirect block `i` of an inode (0, 1, 2) maps first. */
export function indirectStart(sb: Superblock, i: number): number {
  let lbn = UFS_NDADDR;
  for (let level = 1; level <= i; level++) lbn += indirectSpan(sb, level);
  return lbn;
}

/** Bytes that a file can have: all that its pointers reach. */
export function maxFileSize(bsize: number, ufs2: boolean): bigint {
  const nindir = BigInt(bsize / (ufs2 ? 8 : 4));
  return (BigInt(UFS_NDADDR) + nindir + nindir ** 2n + nindir ** 3n) * BigInt(bsize) - 1n;
}

/** Where the maps of a cylinder group begin in its block, as newfs lays them out. */
export interface GroupLayout {
  /** Only UFS1: rotational tables that nobody uses any more. */
  readonly oldBtotoff: number;
  readonly oldBoff: number;
  readonly iusedoff: number;
  readonly freeoff: number;
  readonly clustersumoff: number;
  readonly clusteroff: number;
  /** Bytes used. */
  readonly end: number;
}

const CG_MAPS_AT = 168;

export function groupLayout(
  sb: Pick<Superblock, 'ufs2' | 'oldCpg' | 'ipg' | 'fpg' | 'fragshift' | 'contigsumsize'>,
): GroupLayout {
  const oldBtotoff = sb.ufs2 ? 0 : CG_MAPS_AT;
  const oldBoff = sb.ufs2 ? 0 : oldBtotoff + sb.oldCpg * 4;
  const iusedoff = sb.ufs2 ? CG_MAPS_AT : oldBoff + sb.oldCpg * 2;
  const freeoff = iusedoff + howmany(sb.ipg, 8);
  const freeEnd = freeoff + howmany(sb.fpg, 8);
  if (sb.contigsumsize === 0)
    return { oldBtotoff, oldBoff, iusedoff, freeoff, clustersumoff: 0, clusteroff: 0, end: freeEnd };
  // Its word 0 counts nothing and is never touched: it may lie on the end of the map before it.
  const clustersumoff = roundup(freeEnd - 4, 4);
  const clusteroff = clustersumoff + (sb.contigsumsize + 1) * 4;
  const end = clusteroff + howmany(sb.fpg >> sb.fragshift, 8);
  return { oldBtotoff, oldBoff, iusedoff, freeoff, clustersumoff, clusteroff, end };
}

/** Bytes of a cylinder group at least; CG_STRUCTSIZE is the fixed part with its padding. */
export function groupSize(sb: Parameters<typeof groupLayout>[0]): number {
  return Math.max(groupLayout(sb).end, CG_STRUCTSIZE);
}
