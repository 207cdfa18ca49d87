// SPDX-License-Identifier: BSD-2-Clause
/**
 * The FAT file system on disk (Microsoft's FAT specification, version 1.03): the boot sector's parameter block, taken apart and
 * put together, and where things are that follow from it. Numbers are little-endian; offsets and sizes in bytes unless a name
 * says sectors.
 */

export type FatBits = 12 | 16 | 32;

/** What the boot sector says. */
export interface Bpb {
  oem: string;
  bytesPerSector: number;
  sectorsPerCluster: number;
  reservedSectors: number;
  fats: number;
  /** 0 on FAT32. */
  rootEntries: number;
  sectors: number;
  media: number;
  sectorsPerFat: number;
  sectorsPerTrack: number;
  heads: number;
  hiddenSectors: number;
  volumeId: number;
  /** 11 characters, blank padded; undefined without the extended signature. */
  label: string | undefined;
  fat32: Fat32Part | undefined;
}

export interface Fat32Part {
  extFlags: number;
  version: number;
  rootCluster: number;
  /** Sector; 0xffff for none. */
  infoSector: number;
  /** Sector of the second boot block; 0xffff for none. */
  backupSector: number;
}

/** What follows from a parameter block. */
export interface FatGeometry {
  readonly bits: FatBits;
  readonly clusterBytes: number;
  readonly fatOffset: number;
  readonly fatBytes: number;
  /** Of the fixed root directory, FAT12 and FAT16. */
  readonly rootOffset: number;
  readonly rootBytes: number;
  /** Of cluster 2. */
  readonly dataOffset: number;
  /** Clusters that there are; the last has the number clusters + 1. */
  readonly clusters: number;
}

export const BOOT_BYTES = 512;
export const CLUST_FIRST = 2;
export const DIRENT_BYTES = 32;
export const NO_SECTOR = 0xffff;
export const NO_NAME = 'NO NAME    ';
/** Entry 0 and 1 and the mark of the end, for each width. */
export const FAT_MASK: Readonly<Record<FatBits, number>> = { 12: 0xfff, 16: 0xffff, 32: 0x0fffffff };
/** In entry 1: no mount was left behind. */
export const CLEAN_BIT: Readonly<Record<FatBits, number>> = { 12: 0, 16: 0x8000, 32: 0x08000000 };
/** In entry 1: no error of the device was seen. */
export const NO_ERROR_BIT: Readonly<Record<FatBits, number>> = { 12: 0, 16: 0x4000, 32: 0x04000000 };
/** Most clusters of a width; FAT12 one fewer than the specification says, since NetBSD looks at the highest number. */
export const MAX_CLUSTERS: Readonly<Record<FatBits, number>> = { 12: 4083, 16: 65524, 32: 0x0ffffff4 };
export const MIN_CLUSTERS: Readonly<Record<FatBits, number>> = { 12: 1, 16: 4085, 32: 65525 };

const EXTENDED_SIGNATURE = 0x29;
const MIRROR_OFF = 0x80;

export const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

export function putLatin1(into: Uint8Array, at: number, text: string, length: number): void {
  for (let i = 0; i < length; i++) into[at + i] = text.charCodeAt(i) || 0x20;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The fields as they are, unchecked. */
export function decodeBpb(boot: Uint8Array): Bpb {
  const v = viewOf(boot);
  const wide = v.getUint16(17, true) === 0;
  const tail = wide ? 64 : 36;
  const extended = v.getUint8(tail + 2) === EXTENDED_SIGNATURE;
  return {
    oem: latin1(boot.subarray(3, 11)),
    bytesPerSector: v.getUint16(11, true),
    sectorsPerCluster: v.getUint8(13),
    reservedSectors: v.getUint16(14, true),
    fats: v.getUint8(16),
    rootEntries: v.getUint16(17, true),
    sectors: v.getUint16(19, true) || v.getUint32(32, true),
    media: v.getUint8(21),
    sectorsPerFat: v.getUint16(22, true) || (wide ? v.getUint32(36, true) : 0),
    sectorsPerTrack: v.getUint16(24, true),
    heads: v.getUint16(26, true),
    hiddenSectors: v.getUint32(28, true),
    volumeId: extended ? v.getUint32(tail + 3, true) : 0,
    label: extended ? latin1(boot.subarray(tail + 7, tail + 18)) : undefined,
    fat32: wide
      ? {
          extFlags: v.getUint16(40, true),
          version: v.getUint16(42, true),
          rootCluster: v.getUint32(44, true),
          infoSector: v.getUint16(48, true),
          backupSector: v.getUint16(50, true),
        }
      : undefined,
  };
}

/** Writes OEM name and parameter block into a boot sector; jump, code and signature stay. */
export function encodeBpb(bpb: Bpb, bits: FatBits, boot: Uint8Array): void {
  const v = viewOf(boot);
  const small = bits !== 32 && bpb.sectors < 65536;
  putLatin1(boot, 3, bpb.oem, 8);
  v.setUint16(11, bpb.bytesPerSector, true);
  v.setUint8(13, bpb.sectorsPerCluster);
  v.setUint16(14, bpb.reservedSectors, true);
  v.setUint8(16, bpb.fats);
  v.setUint16(17, bpb.rootEntries, true);
  v.setUint16(19, small ? bpb.sectors : 0, true);
  v.setUint8(21, bpb.media);
  v.setUint16(22, bits === 32 ? 0 : bpb.sectorsPerFat, true);
  v.setUint16(24, bpb.sectorsPerTrack, true);
  v.setUint16(26, bpb.heads, true);
  v.setUint32(28, bpb.hiddenSectors, true);
  v.setUint32(32, small ? 0 : bpb.sectors, true);
  if (bpb.fat32 !== undefined) encodeFat32(bpb.fat32, bpb.sectorsPerFat, v);
  const tail = bits === 32 ? 64 : 36;
  v.setUint8(tail, bpb.media >= 0xf8 ? 0x80 : 0);
  v.setUint8(tail + 1, 0);
  v.setUint8(tail + 2, EXTENDED_SIGNATURE);
  v.setUint32(tail + 3, bpb.volumeId, true);
  putLatin1(boot, tail + 7, bpb.label ?? NO_NAME, 11);
  putLatin1(boot, tail + 18, `FAT${bits}`, 8);
}

function encodeFat32(part: Fat32Part, sectorsPerFat: number, v: DataView): void {
  v.setUint32(36, sectorsPerFat, true);
  v.setUint16(40, part.extFlags, true);
  v.setUint16(42, part.version, true);
  v.setUint32(44, part.rootCluster, true);
  v.setUint16(48, part.infoSector, true);
  v.setUint16(50, part.backupSector, true);
  for (let i = 52; i < 64; i++) v.setUint8(i, 0);
}

/** Where things are. The parameter block is sound (bpbFault() says nothing). */
export function fatGeometry(bpb: Bpb): FatGeometry {
  const bps = bpb.bytesPerSector;
  const fatOffset = bpb.reservedSectors * bps;
  const fatBytes = bpb.sectorsPerFat * bps;
  const rootOffset = fatOffset + bpb.fats * fatBytes;
  const rootBytes = Math.ceil((bpb.rootEntries * DIRENT_BYTES) / bps) * bps;
  const dataOffset = rootOffset + rootBytes;
  const clusterBytes = bpb.sectorsPerCluster * bps;
  const found = Math.max(0, Math.floor((bpb.sectors * bps - dataOffset) / clusterBytes));
  const bits = bpb.fat32 !== undefined ? 32 : found <= MAX_CLUSTERS[12] ? 12 : 16;
  const clusters = Math.min(found, Math.floor((fatBytes * 8) / bits) - 2, MAX_CLUSTERS[bits]);
  return { bits, clusterBytes, fatOffset, fatBytes, rootOffset, rootBytes, dataOffset, clusters };
}

/** Byte of the first copy of the FAT that is in use, and how many copies are kept equal. */
export function activeFat(bpb: Bpb): { first: number; mirrored: boolean } {
  const flags = bpb.fat32?.extFlags ?? 0;
  return (flags & MIRROR_OFF) === 0 ? { first: 0, mirrored: true } : { first: flags & 0x0f, mirrored: false };
}
