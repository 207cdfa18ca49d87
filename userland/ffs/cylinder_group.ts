// SPDX-License-Identifier: BSD-2-Clause
/** A cylinder group: its header, the maps behind it, and the counts that the maps imply. */
import { structOf } from './byte_order.ts';
import { cgFrags, groupLayout, UFS_ROOTINO } from './geometry.ts';
import { CSUM_SIZE, type Superblock } from './superblock.ts';

export const CG_MAGIC = 0x00090255;
const CG_FRSUM_AT = 52;

/** Names as in struct cg, without cg_. */
export const CYLINDER_GROUP_FIELDS = {
  magic: [4, 'u32'],
  oldTime: [8, 's32'],
  cgx: [12, 's32'],
  oldNcyl: [16, 's16'],
  oldNiblk: [18, 's16'],
  ndblk: [20, 's32'],
  ndir: [24, 's32'],
  nbfree: [28, 's32'],
  nifree: [32, 's32'],
  nffree: [36, 's32'],
  rotor: [40, 's32'],
  frotor: [44, 's32'],
  irotor: [48, 's32'],
  oldBtotoff: [84, 's32'],
  oldBoff: [88, 's32'],
  iusedoff: [92, 's32'],
  freeoff: [96, 's32'],
  nextfreeoff: [100, 's32'],
  clustersumoff: [104, 's32'],
  clusteroff: [108, 's32'],
  nclusterblks: [112, 's32'],
  niblk: [116, 's32'],
  initediblk: [120, 's32'],
  time: [136, 's64'],
} as const;

/** struct csum: of a group in its header and in the summary, of the file system in the superblock. */
export interface Csum {
  ndir: number;
  nbfree: number;
  nifree: number;
  nffree: number;
}

/** What a map of free fragments implies. */
export interface FreeCounts {
  nbfree: number;
  nffree: number;
  /** [n]: runs of n free fragments in blocks that are partly free. */
  readonly frsum: number[];
  /** [n]: runs of n free blocks, [contigsumsize]: of that many or more. */
  readonly clustersum: number[];
}

/** Bits in bytes, the lowest first. */
export function bit(map: Uint8Array, i: number): boolean {
  return ((map[i >> 3] as number) & (1 << (i & 7))) !== 0;
}

export function setBit(map: Uint8Array, i: number, on: boolean): void {
  const mask = 1 << (i & 7);
  if (on) (map[i >> 3] as number) |= mask;
  else (map[i >> 3] as number) &= ~mask;
}

/** Counts of the first `ndblk` bits of a map in which 1 is a free fragment. */
export function countFree(map: Uint8Array, ndblk: number, frag: number, contigsumsize: number): FreeCounts {
  const counts: FreeCounts = {
    nbfree: 0,
    nffree: 0,
    frsum: new Array(8).fill(0),
    clustersum: new Array(contigsumsize + 1).fill(0),
  };
  const full = (1 << frag) - 1;
  let cluster = 0;
  const endCluster = () => {
    if (cluster > 0 && contigsumsize > 0) (counts.clustersum[Math.min(cluster, contigsumsize)] as number)++;
    cluster = 0;
  };
  for (let at = 0; at < ndblk; at += frag) {
    let bits = ((map[at >> 3] as number) >> (at & 7)) & full;
    if (at + frag > ndblk) bits &= (1 << (ndblk - at)) - 1;
    if (bits === full) {
      counts.nbfree++;
      cluster++;
      continue;
    }
    endCluster();
    if (bits !== 0) countRuns(bits, frag, counts);
  }
  endCluster();
  return counts;
}

function countRuns(bits: number, frag: number, counts: FreeCounts): void {
  let run = 0;
  for (let i = 0; i <= frag; i++) {
    if (i < frag && (bits & (1 << i)) !== 0) run++;
    else if (run > 0) {
      (counts.frsum[run] as number)++;
      counts.nffree += run;
      run = 0;
    }
  }
}

export class CylinderGroup extends structOf(CYLINDER_GROUP_FIELDS) {
  /** Fragments in frsum[n], 0 <= n < 8. */
  frsum(n: number): number {
    return this.s32(CG_FRSUM_AT + 4 * n);
  }

  setFrsum(n: number, value: number): void {
    this.set32(CG_FRSUM_AT + 4 * n, value);
  }

  /** Runs of n free blocks, n > 0: word 0 is not there, newfs lays the map of fragments over it. */
  clustersum(n: number): number {
    return this.s32(this.clustersumoff + 4 * n);
  }

  setClustersum(n: number, value: number): void {
    this.set32(this.clustersumoff + 4 * n, value);
  }

  /** 1: inode in use. */
  inodeMap(sb: Superblock): Uint8Array {
    return this.bytes.subarray(this.iusedoff, this.iusedoff + Math.ceil(sb.ipg / 8));
  }

  /** 1: fragment free. */
  freeMap(sb: Superblock): Uint8Array {
    return this.bytes.subarray(this.freeoff, this.freeoff + Math.ceil(sb.fpg / 8));
  }

  /** 1: block free; empty when the file system has no cluster maps. */
  clusterMap(sb: Superblock): Uint8Array {
    if (sb.contigsumsize === 0) return new Uint8Array(0);
    return this.bytes.subarray(this.clusteroff, this.clusteroff + Math.ceil((sb.fpg >> sb.fragshift) / 8));
  }

  /** Why this is not group `cgx`, undefined when it is: then the maps lie in its bytes, and counts are in range. */
  problem(sb: Superblock, cgx: number): string | undefined {
    if (this.magic !== CG_MAGIC) return 'bad magic number';
    if (this.cgx !== cgx) return `cgx ${this.cgx}`;
    if (this.ndblk !== cgFrags(sb, cgx)) return `ndblk ${this.ndblk}`;
    if (sb.ufs2 && this.niblk !== sb.ipg) return `niblk ${this.niblk}`;
    if (sb.ufs2 && (this.initediblk < 0 || this.initediblk > sb.ipg)) return `initediblk ${this.initediblk}`;
    const lies = (off: number, length: number) => off >= CG_FRSUM_AT && off + length <= sb.bsize;
    if (!lies(this.iusedoff, Math.ceil(sb.ipg / 8))) return `iusedoff ${this.iusedoff}`;
    if (!lies(this.freeoff, Math.ceil(sb.fpg / 8))) return `freeoff ${this.freeoff}`;
    if (sb.contigsumsize === 0) return undefined;
    if (!lies(this.clustersumoff, 4 * (sb.contigsumsize + 1))) return `clustersumoff ${this.clustersumoff}`;
    if (!lies(this.clusteroff, Math.ceil((sb.fpg >> sb.fragshift) / 8))) return `clusteroff ${this.clusteroff}`;
    return undefined;
  }

  /** Counts and cluster maps from the maps of fragments and inodes; `ndir` is not to be seen there. */
  recount(sb: Superblock, ndir: number): void {
    const map = this.freeMap(sb);
    const counts = countFree(map, this.ndblk, sb.frag, sb.contigsumsize);
    this.ndir = ndir;
    this.nbfree = counts.nbfree;
    this.nffree = counts.nffree;
    this.nifree = sb.ipg;
    const inodes = this.inodeMap(sb);
    for (let i = 0; i < sb.ipg; i++) if (bit(inodes, i)) this.nifree--;
    for (const [n, runs] of counts.frsum.entries()) this.setFrsum(n, runs);
    if (sb.contigsumsize === 0) return;
    for (let n = 1; n <= sb.contigsumsize; n++) this.setClustersum(n, counts.clustersum[n] as number);
    const clusters = this.clusterMap(sb);
    clusters.fill(0);
    for (let b = 0; b < Math.floor(this.ndblk / sb.frag); b++) {
      let free = true;
      for (let f = b * sb.frag; free && f < (b + 1) * sb.frag; f++) free = bit(map, f);
      if (free) setBit(clusters, b, true);
    }
  }

  /** An empty group: header and layout as newfs makes them, every map zero. */
  static create(sb: Superblock, cgx: number, time: number): CylinderGroup {
    const cg = new CylinderGroup(new Uint8Array(sb.bsize), sb.order);
    const layout = groupLayout(sb);
    cg.magic = CG_MAGIC;
    cg.cgx = cgx;
    cg.ndblk = cgFrags(sb, cgx);
    cg.iusedoff = layout.iusedoff;
    cg.freeoff = layout.freeoff;
    cg.nextfreeoff = layout.end;
    if (sb.contigsumsize > 0) {
      cg.clustersumoff = layout.clustersumoff;
      cg.clusteroff = layout.clusteroff;
      cg.nclusterblks = Math.floor(cg.ndblk / sb.frag);
    }
    if (sb.ufs2) {
      cg.time = time;
      cg.niblk = sb.ipg;
      cg.initediblk = Math.min(sb.ipg, 2 * sb.inopb);
    } else {
      cg.oldTime = time;
      cg.oldNcyl = Math.min(sb.oldCpg, 0x7fff);
      cg.oldNiblk = Math.min(sb.ipg, 0x7fff);
      cg.oldBtotoff = layout.oldBtotoff;
      cg.oldBoff = layout.oldBoff;
    }
    if (cgx === 0) for (let i = 0; i < UFS_ROOTINO; i++) setBit(cg.inodeMap(sb), i, true);
    return cg;
  }

  get csum(): Csum {
    return { ndir: this.ndir, nbfree: this.nbfree, nifree: this.nifree, nffree: this.nffree };
  }
}

/** The summary of all groups, at fs_csaddr: one csum each. */
export class GroupSummary {
  private readonly words: CylinderGroup;

  /** @param bytes  fs_cssize of them */
  constructor(
    readonly bytes: Uint8Array,
    order: Superblock['order'],
  ) {
    this.words = new CylinderGroup(bytes, order);
  }

  get(cgx: number): Csum {
    const at = cgx * CSUM_SIZE;
    const [ndir, nbfree, nifree, nffree] = [0, 4, 8, 12].map((k) => this.words.s32(at + k)) as [
      number,
      number,
      number,
      number,
    ];
    return { ndir, nbfree, nifree, nffree };
  }

  set(cgx: number, cs: Csum): void {
    const at = cgx * CSUM_SIZE;
    this.words.set32(at, cs.ndir);
    this.words.set32(at + 4, cs.nbfree);
    this.words.set32(at + 8, cs.nifree);
    this.words.set32(at + 12, cs.nffree);
  }
}
