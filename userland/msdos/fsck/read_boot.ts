// SPDX-License-Identifier: BSD-2-Clause
/** The boot sector and its backup: read, judged, made equal. */
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import type { Disk } from '../../disk/raw_device.ts';
import { BOOT_BYTES, type Bpb, decodeBpb, fatGeometry, isPowerOfTwo, NO_SECTOR } from '../fat_format.ts';

const MAX_SECTOR = 32768;
const MAX_CLUSTER = 65536;
/** Where a backup is when nothing says where: sector 6. */
const USUAL_BACKUP = 6;
/** The state byte: offset for FAT12 and FAT16, and for FAT32. */
const STATE_OFFSET = { narrow: 37, wide: 65 } as const;
const STATE_DIRTY = 0x03;

export interface Boot {
  readonly bpb: Bpb;
  /** The sector as it is on the disk now. */
  readonly sector: Uint8Array;
}

/** @throws ProgramEnd when there is no FAT file system */
export function readBoot(disk: Disk, dialog: FsckDialog): Boot {
  if (disk.size < BOOT_BYTES) dialog.abandon('could not read boot block');
  const sector = disk.read(0, BOOT_BYTES);
  const fault = bootFault(sector, disk.size);
  if (fault === undefined) {
    const boot = { bpb: decodeBpb(sector), sector };
    compareBackup(disk, dialog, boot);
    return boot;
  }
  return fromBackup(disk, dialog, fault);
}

/** Why this is no boot sector of a file system on a disk of so many bytes. */
export function bootFault(sector: Uint8Array, diskBytes: number): string | undefined {
  if (sector[510] !== 0x55 || sector[511] !== 0xaa) return 'Invalid signature in boot block';
  const bpb = decodeBpb(sector);
  const bps = bpb.bytesPerSector;
  if (!isPowerOfTwo(bps) || bps < 512 || bps > MAX_SECTOR) return `Invalid sector size: ${bps}`;
  const spc = bpb.sectorsPerCluster;
  if (!isPowerOfTwo(spc) || spc * bps > MAX_CLUSTER) return `Invalid cluster size: ${spc}`;
  if (bpb.reservedSectors === 0) return 'No reserved sectors';
  if (bpb.fats === 0) return 'No FATs';
  if (bpb.sectorsPerFat === 0) return 'Invalid size of FAT: 0';
  if (bpb.sectors * bps > diskBytes) return `File system of ${bpb.sectors} sectors is larger than the disk`;
  const { bits, clusters, rootEntries } = { ...fatGeometry(bpb), rootEntries: bpb.rootEntries };
  if (clusters < 1) return 'No room for clusters';
  const part = bpb.fat32;
  if (part === undefined) return rootEntries > 0 && bits !== 32 ? undefined : 'No root directory';
  if (part.version !== 0) return `Unknown file system version: ${part.version >> 8}.${part.version & 0xff}`;
  if (part.rootCluster < 2 || part.rootCluster > clusters + 1)
    return `Root directory starts with cluster out of range (${part.rootCluster})`;
  const active = part.extFlags & 0x80 ? part.extFlags & 0x0f : 0;
  return active < bpb.fats ? undefined : `Active FAT ${active} does not exist`;
}

/** The primary is damaged: is there a backup to take its place? */
function fromBackup(disk: Disk, dialog: FsckDialog, fault: string): Boot {
  for (let bps = 512; bps <= 4096; bps *= 2) {
    const offset = USUAL_BACKUP * bps;
    if (offset + BOOT_BYTES > disk.size) break;
    const sector = disk.read(offset, BOOT_BYTES);
    if (bootFault(sector, disk.size) !== undefined) continue;
    const bpb = decodeBpb(sector);
    if (bpb.fat32?.backupSector !== USUAL_BACKUP || bpb.bytesPerSector !== bps) continue;
    if (dialog.decide(`${fault}; the backup is sound`, 'USE BACKUP BOOT BLOCK')) disk.write(0, sector);
    return { bpb, sector };
  }
  return dialog.abandon(fault);
}

function compareBackup(disk: Disk, dialog: FsckDialog, { bpb, sector }: Boot): void {
  const at = bpb.fat32?.backupSector ?? 0;
  if (at === 0 || at === NO_SECTOR || at >= bpb.reservedSectors) return;
  const offset = at * bpb.bytesPerSector;
  const backup = disk.read(offset, BOOT_BYTES);
  if (isSame(sector, backup)) return;
  if (dialog.repair(`backup (block ${at}) does not compare to primary bootblock`, 'CORRECT', 'CORRECTED'))
    disk.write(offset, sector);
}

/** All but the state, which only the primary has to carry. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i] || i === STATE_OFFSET.wide);
}

/** The state byte of other systems: set while they have it mounted. */
export function isBootDirty({ bpb, sector }: Boot): boolean {
  return ((sector[stateOffset(bpb)] as number) & STATE_DIRTY) !== 0;
}

export function clearBootDirty(disk: Disk, { bpb, sector }: Boot): void {
  const at = stateOffset(bpb);
  sector[at] = (sector[at] as number) & ~STATE_DIRTY;
  disk.write(0, sector);
}

function stateOffset(bpb: Bpb): number {
  return bpb.fat32 === undefined ? STATE_OFFSET.narrow : STATE_OFFSET.wide;
}
