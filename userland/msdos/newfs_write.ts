// SPDX-License-Identifier: BSD-2-Clause
/** newfs_msdos(8): puts an empty file system on a disk, as planned. */
import type { Disk } from '../disk/raw_device.ts';
import { BOOT_CODE } from './boot_code.ts';
import { ATTR_VOLUME, newEntry } from './fat_dirent.ts';
import { CLUST_FIRST, encodeBpb, FAT_MASK, NO_NAME, NO_SECTOR, viewOf } from './fat_format.ts';
import { encodeFsInfo } from './fs_info.ts';
import type { NewfsPlan } from './newfs_plan.ts';

const ZERO_STEP = 1 << 20;

export interface WriteOptions {
  /** Where the file system begins on the disk. */
  readonly offset: number;
  /** The user's bootstrap instead of ours. */
  readonly boot?: Uint8Array;
  /** Seconds since 1970, for the label's date. */
  readonly now: number;
  /** Told of bytes done and to do. */
  readonly progress?: (done: number, total: number) => void;
}

/** The disk is flushed when this returns. @throws SyscallError of the disk */
export function writeNewfs(disk: Disk, plan: NewfsPlan, options: WriteOptions): void {
  const { bpb } = plan;
  const bps = bpb.bytesPerSector;
  const fats = bpb.fats * bpb.sectorsPerFat;
  const head = reservedArea(plan, options.boot);
  const rootSectors = plan.bits === 32 ? bpb.sectorsPerCluster : Math.ceil((bpb.rootEntries * 32) / bps);
  const end = (bpb.reservedSectors + fats + rootSectors) * bps;
  for (let at = head.length; at < end; at += ZERO_STEP) {
    disk.write(options.offset + at, new Uint8Array(Math.min(ZERO_STEP, end - at)));
    options.progress?.(at, end);
  }
  for (let i = 0; i < bpb.fats; i++)
    disk.write(options.offset + (bpb.reservedSectors + i * bpb.sectorsPerFat) * bps, firstFatSector(plan));
  if (bpb.label !== undefined && bpb.label !== NO_NAME)
    disk.write(options.offset + (bpb.reservedSectors + fats) * bps, labelSector(bpb.label, bps, options.now));
  // The boot sector last: until then there is no file system here.
  disk.write(options.offset, head);
  disk.flush();
}

function reservedArea(plan: NewfsPlan, boot: Uint8Array | undefined): Uint8Array {
  const { bpb, bits } = plan;
  const bps = bpb.bytesPerSector;
  const area = new Uint8Array(bpb.reservedSectors * bps);
  area.set(boot ?? BOOT_CODE[bits === 32 ? 'wide' : 'narrow']);
  encodeBpb(bpb, bits, area.subarray(0, 512));
  area.set([0x55, 0xaa], 510);
  const part = bpb.fat32;
  if (part === undefined) return area;
  if (part.infoSector !== NO_SECTOR) {
    const info = encodeFsInfo({ free: plan.clusters - 1, next: CLUST_FIRST + 1 });
    area.set(info, part.infoSector * bps);
    // NetBSD takes the sector behind for the second half and looks for the same end there.
    if (part.infoSector + 1 < bpb.reservedSectors) area.set([0x55, 0xaa], (part.infoSector + 1) * bps + 510);
  }
  if (part.backupSector !== NO_SECTOR) {
    const copied = Math.min(part.infoSector === 1 ? 3 : 1, bpb.reservedSectors - part.backupSector);
    area.copyWithin(part.backupSector * bps, 0, copied * bps);
  }
  return area;
}

/** Entries 0 and 1, and the root directory of FAT32. */
function firstFatSector({ bpb, bits }: NewfsPlan): Uint8Array {
  const sector = new Uint8Array(bpb.bytesPerSector);
  const v = viewOf(sector);
  const end = FAT_MASK[bits];
  if (bits === 12) sector.set([bpb.media, 0xff, 0xff]);
  else if (bits === 16) sector.set([bpb.media, 0xff, 0xff, 0xff]);
  else for (let i = 0; i < 3; i++) v.setUint32(i * 4, i === 0 ? (end & ~0xff) | bpb.media : end, true);
  return sector;
}

function labelSector(label: string, bps: number, now: number): Uint8Array {
  const sector = new Uint8Array(bps);
  sector.set(newEntry(label, ATTR_VOLUME, now));
  return sector;
}
