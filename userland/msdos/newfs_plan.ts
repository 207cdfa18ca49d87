// SPDX-License-Identifier: BSD-2-Clause
/** What newfs_msdos(8) will make: options and the size of the disk become a parameter block, or a reason why not. */
import {
  type Bpb,
  CLUST_FIRST,
  DIRENT_BYTES,
  type FatBits,
  isPowerOfTwo,
  MAX_CLUSTERS,
  MIN_CLUSTERS,
  NO_NAME,
  NO_SECTOR,
} from './fat_format.ts';
import { defaultBits, defaultClusterBytes, type StandardFormat } from './newfs_tables.ts';

const MAX_CLUSTER_BYTES = 65536;
const MAX_SECTORS_PER_CLUSTER = 128;

/** The options as given; what is undefined gets its default here. */
export interface NewfsOptions {
  bits?: FatBits;
  volumeId?: number;
  label?: string;
  oem?: string;
  bytesPerSector?: number;
  sectorsPerFat?: number;
  blockBytes?: number;
  sectorsPerCluster?: number;
  rootEntries?: number;
  heads?: number;
  infoSector?: number;
  backupSector?: number;
  media?: number;
  fats?: number;
  hiddenSectors?: number;
  reservedSectors?: number;
  sectors?: number;
  sectorsPerTrack?: number;
}

export interface NewfsPlan {
  readonly bpb: Bpb;
  readonly bits: FatBits;
  readonly clusters: number;
  readonly warnings: readonly string[];
}

/** Why there can be no such file system, in the words of the program. */
export class NewfsError extends Error {}

export function standardOptions(format: StandardFormat): NewfsOptions {
  return { ...format };
}

/**
 * @param diskBytes  what there is behind the offset
 * @param diskSector  bytes of a sector of the disk
 * @param bootSectors  sectors (of 512 bytes) a bootstrap of the user's needs
 * @throws NewfsError
 */
export function planNewfs(given: NewfsOptions, diskBytes: number, diskSector: number, bootSectors = 1): NewfsPlan {
  const bps = given.bytesPerSector ?? Math.max(diskSector, 512);
  if (bps < 512) throw new NewfsError(`bytes/sector (${bps}) is too small; minimum is 512`);
  const sectors = given.sectors ?? Math.min(Math.floor(diskBytes / bps), 0xffffffff);
  if (sectors * bps > diskBytes) throw new NewfsError(`${sectors} sectors do not fit the disk of ${diskBytes} bytes`);
  if (sectors > 0xffffffff) throw new NewfsError(`${sectors} sectors are too many; maximum is 4294967295`);
  const wantedSpc = clusterSectors(given, bps);
  const bits = given.bits ?? chooseBits(sectors, bps, wantedSpc);
  checkFat32Options(given, bits);
  const bpb = blankBpb(given, bits, bps, sectors);
  bpb.reservedSectors = reserved(given, bits, Math.ceil((bootSectors * 512) / bps));
  placeSpecialSectors(bpb, given);
  chooseClusters(bpb, bits, wantedSpc);
  return fitFat(bpb, bits, given.sectorsPerFat !== undefined);
}

/** Sectors per cluster as -b or -c ask. */
function clusterSectors(given: NewfsOptions, bps: number): number | undefined {
  let spc = given.sectorsPerCluster;
  if (given.blockBytes !== undefined) {
    if (!isPowerOfTwo(given.blockBytes)) throw new NewfsError(`block size (${given.blockBytes}) is not a power of 2`);
    if (given.blockBytes < bps)
      throw new NewfsError(`block size (${given.blockBytes}) is too small; minimum is ${bps}`);
    spc = given.blockBytes / bps;
  }
  if (spc === undefined) return undefined;
  if (spc > MAX_SECTORS_PER_CLUSTER || spc * bps > MAX_CLUSTER_BYTES)
    throw new NewfsError(
      `block size (${spc * bps}) is too large; maximum is ${Math.min(128 * bps, MAX_CLUSTER_BYTES)}`,
    );
  return spc;
}

function chooseBits(sectors: number, bps: number, spc: number | undefined): FatBits {
  if (spc === undefined) return defaultBits(sectors * bps);
  const clusters = Math.floor(sectors / spc);
  return clusters <= MAX_CLUSTERS[12] ? 12 : clusters <= MAX_CLUSTERS[16] ? 16 : 32;
}

function checkFat32Options(given: NewfsOptions, bits: FatBits): void {
  if (bits === 32 && given.rootEntries !== undefined) throw new NewfsError('-e is not a FAT32 option');
  if (bits === 32) return;
  if (given.infoSector !== undefined) throw new NewfsError(`-i is not a legal FAT${bits} option`);
  if (given.backupSector !== undefined) throw new NewfsError(`-k is not a legal FAT${bits} option`);
}

function blankBpb(given: NewfsOptions, bits: FatBits, bps: number, sectors: number): Bpb {
  const hiddenSectors = given.hiddenSectors ?? 0;
  return {
    oem: given.oem ?? 'NetBSD',
    bytesPerSector: bps,
    sectorsPerCluster: 0,
    reservedSectors: 0,
    fats: given.fats ?? 2,
    rootEntries: bits === 32 ? 0 : (given.rootEntries ?? 512),
    sectors,
    media: given.media ?? (hiddenSectors === 0 ? 0xf0 : 0xf8),
    sectorsPerFat: given.sectorsPerFat ?? 0,
    sectorsPerTrack: given.sectorsPerTrack ?? 63,
    heads: given.heads ?? 255,
    hiddenSectors,
    volumeId: given.volumeId ?? 0,
    label: (given.label ?? NO_NAME).toUpperCase().padEnd(11),
    fat32:
      bits === 32 ? { extFlags: 0, version: 0, rootCluster: CLUST_FIRST, infoSector: 1, backupSector: 6 } : undefined,
  };
}

function reserved(given: NewfsOptions, bits: FatBits, boot: number): number {
  const least = bits === 32 ? Math.max(boot, 2) : boot;
  const asked = given.reservedSectors ?? Math.max(bits === 32 ? 32 : 1, boot);
  if (asked < least) throw new NewfsError(`too few reserved sectors: ${asked}, need ${least}`);
  return asked;
}

/** The information sector and the backup of FAT32: inside the reserved ones, and apart. */
function placeSpecialSectors(bpb: Bpb, given: NewfsOptions): void {
  const part = bpb.fat32;
  if (part === undefined) return;
  part.infoSector = given.infoSector ?? part.infoSector;
  part.backupSector =
    given.backupSector ?? (part.backupSector + 2 < bpb.reservedSectors ? part.backupSector : NO_SECTOR);
  const inside = (n: number): boolean => n === NO_SECTOR || (n > 0 && n < bpb.reservedSectors);
  if (!inside(part.infoSector))
    throw new NewfsError(`fs info sector (${part.infoSector}) would exceed reserved sectors`);
  if (!inside(part.backupSector))
    throw new NewfsError(`backup sector (${part.backupSector}) would exceed reserved sectors`);
  if (part.infoSector !== NO_SECTOR && part.infoSector === part.backupSector)
    throw new NewfsError(`backup sector would overwrite fs info sector (${part.infoSector})`);
}

/** Sectors per cluster: as asked, or from the table and then larger until the width suffices. */
function chooseClusters(bpb: Bpb, bits: FatBits, wanted: number | undefined): void {
  if (wanted !== undefined) {
    bpb.sectorsPerCluster = wanted;
    return;
  }
  const bps = bpb.bytesPerSector;
  let spc = defaultClusterBytes(bits, bpb.sectors * bps, bps) / bps;
  const room = (): boolean => spc < MAX_SECTORS_PER_CLUSTER && spc * bps < MAX_CLUSTER_BYTES / 2;
  while (spc > 1 && clustersWith(bpb, bits, spc) < MIN_CLUSTERS[bits]) spc /= 2;
  while (room() && clustersWith(bpb, bits, spc) > MAX_CLUSTERS[bits]) spc *= 2;
  bpb.sectorsPerCluster = spc;
}

function firstFatSectors(bpb: Bpb): number {
  return bpb.reservedSectors + Math.ceil((bpb.rootEntries * DIRENT_BYTES) / bpb.bytesPerSector);
}

/** Sectors of the smallest FAT that has an entry for every cluster it leaves room for. */
function fatSectors(bpb: Bpb, bits: FatBits, spc: number): number {
  const left = bpb.sectors - firstFatSectors(bpb);
  if (left <= 0) return 1;
  const entriesASector = (bpb.bytesPerSector * 8) / bits;
  let spf = Math.max(1, Math.floor(left / (entriesASector * spc + bpb.fats)));
  const short = (): boolean =>
    Math.floor((left - spf * bpb.fats) / spc) + CLUST_FIRST > Math.floor(spf * entriesASector);
  while (short()) spf++;
  return spf;
}

function clustersWith(bpb: Bpb, bits: FatBits, spc: number): number {
  const spf = fatSectors(bpb, bits, spc);
  return Math.floor((bpb.sectors - firstFatSectors(bpb) - bpb.fats * spf) / spc);
}

/** The FAT's size, and the number of clusters it may have. */
function fitFat(bpb: Bpb, bits: FatBits, sizeGiven: boolean): NewfsPlan {
  const warnings: string[] = [];
  const spc = bpb.sectorsPerCluster;
  if (!sizeGiven) {
    const most = Math.ceil(((MAX_CLUSTERS[bits] + CLUST_FIRST) * bits) / (8 * bpb.bytesPerSector));
    bpb.sectorsPerFat = Math.min(fatSectors(bpb, bits, spc), most);
  }
  if (bits !== 32 && bpb.sectorsPerFat > 0xffff) throw new NewfsError(`sectors/FAT limit exceeded for FAT${bits}`);
  const before = firstFatSectors(bpb) + bpb.fats * bpb.sectorsPerFat;
  if (before + spc > bpb.sectors) throw new NewfsError(`meta data exceeds file system size`);
  let clusters = Math.floor((bpb.sectors - before) / spc);
  const entries = Math.floor((bpb.sectorsPerFat * bpb.bytesPerSector * 8) / bits) - CLUST_FIRST;
  if (sizeGiven && entries < clusters) {
    clusters = entries;
    bpb.sectors = before + clusters * spc;
    warnings.push(`sectors/FAT limits sectors to ${bpb.sectors}, clusters to ${clusters}`);
  }
  if (clusters < MIN_CLUSTERS[bits])
    throw new NewfsError(`${clusters} clusters too few clusters for FAT${bits}, need ${MIN_CLUSTERS[bits]}`);
  if (clusters > MAX_CLUSTERS[bits]) {
    clusters = MAX_CLUSTERS[bits];
    bpb.sectors = before + clusters * spc;
    warnings.push(`FAT type limits file system to ${bpb.sectors} sectors`);
  }
  return { bpb, bits, clusters, warnings };
}

/** The parameter block as the program prints it. */
export function describePlan({ bpb, bits, clusters }: NewfsPlan, name: string): string {
  const many = (n: number): string => (n === 1 ? '' : 's');
  const sector = (n: number): string => (n === NO_SECTOR ? '0xffff' : String(n));
  const small = bits !== 32 && bpb.sectors < 65536;
  const data = clusters * bpb.sectorsPerCluster;
  const bytes = bpb.sectorsPerCluster * bpb.bytesPerSector;
  const f = bpb.fat32;
  const fields = [
    `bps=${bpb.bytesPerSector} spc=${bpb.sectorsPerCluster} res=${bpb.reservedSectors} nft=${bpb.fats}`,
    ...(bits === 32 ? [] : [`rde=${bpb.rootEntries}`]),
    ...(small ? [`sec=${bpb.sectors}`] : []),
    `mid=0x${bpb.media.toString(16)}`,
    ...(bits === 32 ? [] : [`spf=${bpb.sectorsPerFat}`]),
    `spt=${bpb.sectorsPerTrack} hds=${bpb.heads} hid=${bpb.hiddenSectors}`,
    ...(small ? [] : [`bsec=${bpb.sectors}`]),
    ...(f === undefined
      ? []
      : [
          `bspf=${bpb.sectorsPerFat} rdcl=${f.rootCluster} infs=${sector(f.infoSector)} bkbs=${sector(f.backupSector)}`,
        ]),
  ];
  return (
    `${name}: ${data} sector${many(data)} in ${clusters} FAT${bits} cluster${many(clusters)} (${bytes} bytes/cluster)\n` +
    `MBR type: ${mbrType(bits, bpb.sectors)}\n${fields.join(' ')}\n`
  );
}

/** What the partition table of a PC calls it. */
function mbrType(bits: FatBits, sectors: number): number {
  if (bits === 12) return 1;
  if (bits === 32) return 11;
  return sectors < 65536 ? 4 : 6;
}
