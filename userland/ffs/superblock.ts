// SPDX-License-Identifier: BSD-2-Clause
/**
 * The superblock of the fast file system, versions 1 and 2, in either byte order.
 *
 * In memory the 64-bit fields are the true ones always; an old UFS1, which has only 32-bit ones, is brought up to date when
 * it is read, and diskBytes() puts them back where its system looks for them.
 */
import type { Disk } from '../disk/raw_device.ts';
import { type ByteOrder, powerOf2, structOf } from './byte_order.ts';

export const FS_UFS1_MAGIC = 0x00011954;
export const FS_UFS2_MAGIC = 0x19540119;
export const FS_UFS2EA_MAGIC = 0x19012038;
export const SBLOCKSIZE = 8192;
export const SBLOCK_UFS1 = 8192;
export const SBLOCK_UFS2 = 65536;
/** Where a superblock may begin, in the order of search. */
export const SBLOCKSEARCH: readonly number[] = [SBLOCK_UFS2, SBLOCK_UFS1, 0, 262144];
/** Bytes that the fields take; fs_sbsize is at least this. */
export const FS_STRUCTSIZE = 1376;
export const CSUM_SIZE = 16;
export const MINBSIZE = 4096;
export const MAXBSIZE = 65536;
export const MAXFRAG = 8;
export const FS_MAXCONTIG = 16;
export const CG_STRUCTSIZE = 176;

/** fs_clean */
export const FS_ISCLEAN = 1;
export const FS_WASCLEAN = 2;
/** In the byte of the old flags: the fields of UFS2 are valid. */
export const FS_FLAGS_UPDATED = 0x80;
/** fs_flags */
export const FS_DOSOFTDEP = 0x2;
export const FS_DOWAPBL = 0x100;
export const FS_DOQUOTA2 = 0x200;
export const FS_KNOWN_FLAGS = FS_DOSOFTDEP | FS_DOWAPBL | FS_DOQUOTA2;
export const FS_OPTTIME = 0;
export const FS_OPTSPACE = 1;
export const FS_44INODEFMT = 2;
export const FS_42INODEFMT = -1;
export const FS_42POSTBLFMT = -1;
export const FS_DYNAMICPOSTBLFMT = 1;

/** Every field under its name in struct fs, without fs_; those that only old UFS1 uses begin with old. */
export const SUPERBLOCK_FIELDS = {
  sblkno: [8, 's32'],
  cblkno: [12, 's32'],
  iblkno: [16, 's32'],
  dblkno: [20, 's32'],
  oldCgoffset: [24, 's32'],
  oldCgmask: [28, 's32'],
  oldTime: [32, 's32'],
  oldSize: [36, 's32'],
  oldDsize: [40, 's32'],
  ncg: [44, 's32'],
  bsize: [48, 's32'],
  fsize: [52, 's32'],
  frag: [56, 's32'],
  minfree: [60, 's32'],
  oldRotdelay: [64, 's32'],
  oldRps: [68, 's32'],
  bmask: [72, 's32'],
  fmask: [76, 's32'],
  bshift: [80, 's32'],
  fshift: [84, 's32'],
  maxcontig: [88, 's32'],
  maxbpg: [92, 's32'],
  fragshift: [96, 's32'],
  fsbtodb: [100, 's32'],
  sbsize: [104, 's32'],
  nindir: [116, 's32'],
  inopb: [120, 's32'],
  oldNspf: [124, 's32'],
  optim: [128, 's32'],
  oldNpsect: [132, 's32'],
  oldInterleave: [136, 's32'],
  oldTrackskew: [140, 's32'],
  id0: [144, 's32'],
  id1: [148, 's32'],
  oldCsaddr: [152, 's32'],
  cssize: [156, 's32'],
  cgsize: [160, 's32'],
  oldNtrak: [164, 's32'],
  oldNsect: [168, 's32'],
  oldSpc: [172, 's32'],
  oldNcyl: [176, 's32'],
  oldCpg: [180, 's32'],
  ipg: [184, 's32'],
  fpg: [188, 's32'],
  oldNdir: [192, 's32'],
  oldNbfree: [196, 's32'],
  oldNifree: [200, 's32'],
  oldNffree: [204, 's32'],
  fmod: [208, 'u8'],
  clean: [209, 'u8'],
  ronly: [210, 'u8'],
  oldFlags: [211, 'u8'],
  swuid: [712, 'big'],
  cgrotor: [724, 's32'],
  oldCpc: [856, 's32'],
  maxbsize: [860, 's32'],
  journalVersion: [864, 'u8'],
  journalLocation: [865, 'u8'],
  journalFlags: [868, 'u32'],
  /** By location: address, count, block size, inode. */
  journalloc0: [872, 'big'],
  journalloc1: [880, 'big'],
  journalloc2: [888, 'big'],
  journalloc3: [896, 'big'],
  quotaMagic: [904, 'u32'],
  quotaFlags: [908, 'u8'],
  quotafile0: [912, 's64'],
  quotafile1: [920, 's64'],
  sblockloc: [1000, 's64'],
  /** fs_cstotal */
  ndir: [1008, 's64'],
  nbfree: [1016, 's64'],
  nifree: [1024, 's64'],
  nffree: [1032, 's64'],
  time: [1072, 's64'],
  size: [1080, 's64'],
  dsize: [1088, 's64'],
  csaddr: [1096, 's64'],
  pendingblocks: [1104, 's64'],
  pendinginodes: [1112, 's32'],
  avgfilesize: [1196, 's32'],
  avgfpdir: [1200, 's32'],
  saveCgsize: [1204, 's32'],
  flags: [1312, 'u32'],
  contigsumsize: [1316, 's32'],
  maxsymlinklen: [1320, 's32'],
  oldInodefmt: [1324, 's32'],
  maxfilesize: [1328, 'big'],
  qbmask: [1336, 'big'],
  qfmask: [1344, 'big'],
  state: [1352, 's32'],
  oldPostblformat: [1356, 's32'],
  oldNrpos: [1360, 's32'],
  magic: [1372, 'u32'],
} as const;

const FSMNT_AT = 212;
const FSMNT_SIZE = 468;
const VOLNAME_AT = 680;
const VOLNAME_SIZE = 32;
/** Where 4.2BSD has tables of the disk and UFS2 has its fields, all but those of 4.4BSD from 1316 on. */
const UFS2_FIELDS_AT = 856;
const UFS2_FIELDS_END = 1316;
const MAXFILESIZE_AT = 1328;
/** Pointers of a running system: zero on the disk. */
const INCORE_AT = 728;
const INCORE_SIZE = 128;

export class Superblock extends structOf(SUPERBLOCK_FIELDS) {
  /** As read, of an old UFS1. */
  private old: Uint8Array | undefined;

  /**
   * Superblock found at byte `pos`, undefined when there is none. What it says may still be nonsense: see problem().
   *
   * @param bytes    SBLOCKSIZE of them; the superblock keeps a copy
   * @param anyCopy  a backup counts too, so `pos` need not be the place that it names
   */
  static at(bytes: Uint8Array, pos: number, anyCopy = false): Superblock | undefined {
    for (const order of ['le', 'be'] as const) {
      const sb = new Superblock(Uint8Array.from(bytes), order);
      if (![FS_UFS1_MAGIC, FS_UFS2_MAGIC, FS_UFS2EA_MAGIC].includes(sb.magic)) continue;
      if (!anyCopy && (sb.updated ? sb.sblockloc !== pos : pos === SBLOCK_UFS2)) continue;
      if (!sb.updated) sb.bringUpToDate(anyCopy ? SBLOCK_UFS1 : pos);
      return sb;
    }
    return undefined;
  }

  /** The superblock of a disk, by the search that the kernel makes. @throws SyscallError of the disk */
  static find(disk: Disk): Superblock | undefined {
    for (const pos of SBLOCKSEARCH) {
      if (pos + SBLOCKSIZE > disk.size) continue;
      const sb = Superblock.at(disk.read(pos, SBLOCKSIZE), pos);
      if (sb !== undefined) return sb;
    }
    return undefined;
  }

  /** An empty one. */
  static create(magic: number, order: ByteOrder): Superblock {
    const sb = new Superblock(new Uint8Array(SBLOCKSIZE), order);
    sb.magic = magic;
    return sb;
  }

  get ufs2(): boolean {
    return this.magic !== FS_UFS1_MAGIC;
  }

  /** UFS2 whose inodes have extended attributes. */
  get hasExtattr(): boolean {
    return this.magic === FS_UFS2EA_MAGIC;
  }

  /** On the disk, the fields of UFS2 are valid. */
  get updated(): boolean {
    return this.ufs2 || (this.oldFlags & FS_FLAGS_UPDATED) !== 0;
  }

  /** Entries of directories have no type: a 16-bit length instead. */
  get oldDirectories(): boolean {
    return !this.ufs2 && this.maxsymlinklen <= 0;
  }

  /** Inodes have 16-bit owners. */
  get oldInodes(): boolean {
    return !this.ufs2 && this.oldInodefmt < FS_44INODEFMT;
  }

  get dinodeSize(): number {
    return this.ufs2 ? 256 : 128;
  }

  get fsmnt(): string {
    return this.text(FSMNT_AT, FSMNT_SIZE);
  }

  set fsmnt(value: string) {
    this.setText(FSMNT_AT, FSMNT_SIZE, value);
  }

  get volname(): string {
    return this.text(VOLNAME_AT, VOLNAME_SIZE);
  }

  set volname(value: string) {
    this.setText(VOLNAME_AT, VOLNAME_SIZE, value);
  }

  /** What the disk gets: SBLOCKSIZE bytes, of which fs_sbsize mean something. */
  diskBytes(): Uint8Array {
    const sb = new Superblock(Uint8Array.from(this.bytes), this.order);
    sb.bytes.fill(0, INCORE_AT, INCORE_AT + INCORE_SIZE);
    if (sb.ufs2) return sb.bytes;
    sb.oldTime = sb.time;
    sb.oldSize = sb.size;
    sb.oldDsize = sb.dsize;
    sb.oldCsaddr = sb.csaddr;
    sb.oldNdir = sb.ndir;
    sb.oldNbfree = sb.nbfree;
    sb.oldNifree = sb.nifree;
    sb.oldNffree = sb.nffree;
    if (sb.updated) return sb.bytes;
    sb.oldFlags = sb.flags & ~FS_FLAGS_UPDATED;
    const old = this.old ?? new Uint8Array(SBLOCKSIZE);
    sb.bytes.set(old.subarray(UFS2_FIELDS_AT, UFS2_FIELDS_END), UFS2_FIELDS_AT);
    sb.bytes.set(old.subarray(MAXFILESIZE_AT, MAXFILESIZE_AT + 8), MAXFILESIZE_AT);
    return sb.bytes;
  }

  /**
   * Why this cannot be a file system, undefined when it can. Afterwards all of geometry.ts is safe to use: sizes are powers
   * of two in range, shifts agree, groups are big enough for what lies in them and the disk has as many as it says.
   */
  problem(): string | undefined {
    return this.sizeProblem() ?? this.groupProblem();
  }

  private sizeProblem(): string | undefined {
    const { bsize, fsize, frag } = this;
    if (this.sbsize < FS_STRUCTSIZE || this.sbsize > SBLOCKSIZE) return `superblock size ${this.sbsize}`;
    if (!powerOf2(bsize) || bsize < MINBSIZE || bsize > MAXBSIZE) return `block size ${bsize}`;
    if (!powerOf2(fsize) || fsize < 512 || fsize > bsize) return `fragment size ${fsize}`;
    if (frag !== bsize / fsize || frag > MAXFRAG) return `${frag} fragments in a block`;
    if (this.bshift !== Math.log2(bsize) || this.fshift !== Math.log2(fsize)) return 'shifts differ from sizes';
    if (this.fragshift !== Math.log2(frag)) return 'fragshift differs from frag';
    if (this.bmask !== -bsize || this.fmask !== -fsize) return 'masks differ from sizes';
    if (this.inopb !== bsize / this.dinodeSize) return `${this.inopb} inodes in a block`;
    if (this.nindir !== bsize / (this.ufs2 ? 8 : 4)) return `${this.nindir} addresses in a block`;
    return undefined;
  }

  private groupProblem(): string | undefined {
    const { ncg, fpg, ipg, size } = this;
    if (ncg < 1 || ncg > 1 << 24) return `${ncg} cylinder groups`;
    if (fpg < 1 || fpg % this.frag !== 0) return `${fpg} fragments in a group`;
    if (ipg < 1 || ipg * ncg > 2 ** 32) return `${ipg} inodes in a group`;
    if (size < 1 || size > ncg * fpg || size <= (ncg - 1) * fpg) return `size ${size}`;
    if (size * this.fsize > Number.MAX_SAFE_INTEGER) return `size ${size}`;
    if (this.cgsize < CG_STRUCTSIZE || this.cgsize > this.bsize) return `cylinder group size ${this.cgsize}`;
    if (this.sblkno < 0 || this.cblkno < this.sblkno || this.iblkno < this.cblkno) return 'places in a group';
    const inodeFrags = Math.ceil(ipg / this.inopb) * this.frag;
    if (this.iblkno + inodeFrags > fpg || this.dblkno < this.iblkno || this.dblkno > fpg) return 'places in a group';
    const summary = ncg * CSUM_SIZE;
    if (this.cssize < summary || this.cssize > summary + this.bsize) return `summary size ${this.cssize}`;
    if (this.csaddr < 1 || this.csaddr + Math.ceil(this.cssize / this.fsize) > size) return `summary at ${this.csaddr}`;
    if (this.maxbpg < 1) return `maxbpg ${this.maxbpg}`;
    if (this.contigsumsize < 0 || this.contigsumsize > FS_MAXCONTIG) return `contigsumsize ${this.contigsumsize}`;
    return undefined;
  }

  private bringUpToDate(pos: number): void {
    this.old = Uint8Array.from(this.bytes);
    this.sblockloc = pos;
    this.time = this.oldTime;
    this.size = this.oldSize;
    this.dsize = this.oldDsize;
    this.csaddr = this.oldCsaddr;
    this.ndir = this.oldNdir;
    this.nbfree = this.oldNbfree;
    this.nifree = this.oldNifree;
    this.nffree = this.oldNffree;
    this.flags = this.oldFlags;
    this.maxbsize = this.bsize;
    this.maxfilesize = (1n << 31n) * BigInt(this.bsize >>> 0) - 1n;
  }

  private text(at: number, size: number): string {
    let out = '';
    for (let i = at; i < at + size && this.bytes[i] !== 0; i++) out += String.fromCharCode(this.bytes[i] as number);
    return out;
  }

  private setText(at: number, size: number, value: string): void {
    this.bytes.fill(0, at, at + size);
    for (let i = 0; i < Math.min(value.length, size - 1); i++) this.bytes[at + i] = value.charCodeAt(i) & 0xff;
  }
}
