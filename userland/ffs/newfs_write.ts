// SPDX-License-Identifier: BSD-2-Clause
/** Writing a new file system: groups first, the superblock last, so that half of one is none. */
import type { Disk } from '../disk/raw_device.ts';
import { howmany } from './byte_order.ts';
import { CylinderGroup, GroupSummary, setBit } from './cylinder_group.ts';
import { dinodeAt, S_IFDIR } from './dinode.ts';
import { emptyDirectory, UFS_DIRBLKSIZ } from './direntry.ts';
import { cgFrags, cgSuper, UFS_ROOTINO } from './geometry.ts';
import { wipe } from './newfs_wipe.ts';
import type { Superblock } from './superblock.ts';

const ROOT_MODE = S_IFDIR | 0o755;

export interface NewfsOwner {
  readonly uid: number;
  readonly gid: number;
}

/** @param progress  called with groups written and their number */
export function writeNewfs(
  disk: Disk,
  sb: Superblock,
  owner: NewfsOwner,
  progress: (done: number, total: number) => void,
): void {
  wipe(disk, sb);
  const groups = new GroupMaker(sb);
  const summary = new GroupSummary(new Uint8Array(sb.cssize), sb.order);
  for (let c = 0; c < sb.ncg; c++) summary.set(c, groups.group(c).csum);
  total(sb, summary);
  const superblock = sb.diskBytes();
  for (let c = 0; c < sb.ncg; c++) {
    disk.write(cgSuper(sb, c) * sb.fsize, groups.fixedPart(c, superblock, owner));
    progress(c + 1, sb.ncg);
  }
  disk.write(sb.csaddr * sb.fsize, summary.bytes);
  const directory = new Uint8Array(sb.fsize);
  directory.set(emptyDirectory(sb, UFS_ROOTINO, UFS_ROOTINO));
  disk.write(rootFrag(sb) * sb.fsize, directory);
  disk.flush();
  disk.write(sb.sblockloc, superblock);
  disk.flush();
}

function rootFrag(sb: Superblock): number {
  return sb.csaddr + howmany(sb.cssize, sb.fsize);
}

function total(sb: Superblock, summary: GroupSummary): void {
  for (const key of ['ndir', 'nbfree', 'nifree', 'nffree'] as const) {
    let sum = 0;
    for (let c = 0; c < sb.ncg; c++) sum += summary.get(c)[key];
    sb[key] = sum;
  }
}

/** The groups; those between the first and the last differ in their number only. */
class GroupMaker {
  private readonly made = new Map<string, CylinderGroup>();
  /** Superblock, group and inodes of one group, in which each is put together. */
  private readonly part: Uint8Array;
  private readonly cgAt: number;
  private readonly inodesAt: number;

  constructor(private readonly sb: Superblock) {
    const inodes = sb.ufs2 ? this.group(0).initediblk : sb.ipg;
    this.cgAt = (sb.cblkno - sb.sblkno) * sb.fsize;
    this.inodesAt = (sb.iblkno - sb.sblkno) * sb.fsize;
    this.part = new Uint8Array(this.inodesAt + inodes * sb.dinodeSize);
  }

  group(cgx: number): CylinderGroup {
    const kind = `${cgx === 0 ? 'first' : ''} ${cgFrags(this.sb, cgx)}`;
    let cg = this.made.get(kind);
    if (cg === undefined) {
      cg = emptyGroup(this.sb, cgx);
      this.made.set(kind, cg);
    }
    cg.cgx = cgx;
    return cg;
  }

  fixedPart(cgx: number, superblock: Uint8Array, owner: NewfsOwner): Uint8Array {
    this.part.set(superblock, 0);
    this.part.set(this.group(cgx).bytes, this.cgAt);
    if (cgx === 1) this.part.fill(0, this.rootAt, this.rootAt + this.sb.dinodeSize);
    this.generations();
    if (cgx === 0) this.root(owner);
    return this.part;
  }

  private get rootAt(): number {
    return this.inodesAt + UFS_ROOTINO * this.sb.dinodeSize;
  }

  /** No one shall guess the handle of a file over NFS. */
  private generations(): void {
    const { sb, part } = this;
    const size = sb.dinodeSize;
    const random = new Int32Array(8192);
    for (let at = this.inodesAt, i = 0; at < part.length; at += size, i++) {
      if (i % random.length === 0) crypto.getRandomValues(random);
      dinodeGen(part, at, sb, random[i % random.length] as number);
    }
  }

  private root(owner: NewfsOwner): void {
    const { sb } = this;
    const di = dinodeAt(sb, this.part.subarray(this.rootAt, this.rootAt + sb.dinodeSize));
    di.mode = ROOT_MODE;
    di.nlink = 2;
    di.uid = owner.uid;
    di.gid = owner.gid;
    di.size = UFS_DIRBLKSIZ;
    di.blocks = sb.fsize / 512;
    di.atime = di.mtime = di.ctime = di.birthtime = sb.time;
    di.setDb(0, rootFrag(sb));
  }
}

function dinodeGen(part: Uint8Array, at: number, sb: Superblock, gen: number): void {
  const to = at + (sb.ufs2 ? 80 : 108);
  const value = gen >>> 1;
  for (let k = 0; k < 4; k++) part[to + k] = value >>> (8 * (sb.order === 'le' ? k : 3 - k));
}

function emptyGroup(sb: Superblock, cgx: number): CylinderGroup {
  const cg = CylinderGroup.create(sb, cgx, sb.time);
  const map = cg.freeMap(sb);
  const used = cgx === 0 ? rootFrag(sb) + 1 : sb.dblkno;
  for (let f = 0; f < cg.ndblk; f++) if (f >= used || (cgx > 0 && f < sb.sblkno)) setBit(map, f, true);
  if (cgx === 0) setBit(cg.inodeMap(sb), UFS_ROOTINO, true);
  cg.recount(sb, cgx === 0 ? 1 : 0);
  return cg;
}
