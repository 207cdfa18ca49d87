// SPDX-License-Identifier: BSD-2-Clause
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import type { Disk } from '../../disk/raw_device.ts';
import type { Bpb, FatGeometry } from '../fat_format.ts';
import type { FatTable } from './fat_table.ts';
import { NumberSet } from './number_set.ts';

/** A file system under examination: what the phases of fsck_msdos(8) hand on. */
export class Volume {
  /** Clusters of files and directories that were met: nobody else may have them. */
  readonly claimed = new NumberSet();
  /** Clusters of files whose size and chain agree: what disagrees does not get them. */
  readonly trusted = new NumberSet();
  /** The entries of those files, as slotNumber() counts. */
  readonly trustedSlots = new NumberSet();
  /** Files and directories. */
  files = 0;
  /** First cluster of LOST.DIR, when the root directory has one. */
  lostDir: number | undefined;

  constructor(
    readonly disk: Disk,
    readonly bpb: Bpb,
    readonly geometry: FatGeometry,
    readonly fat: FatTable,
    readonly dialog: FsckDialog,
    /** Seconds since 1970. */
    readonly now: number,
  ) {}

  clusterOffset(cluster: number): number {
    return this.geometry.dataOffset + (cluster - 2) * this.geometry.clusterBytes;
  }

  /** The cluster that `..` of a child of the root names: 0, also on FAT32. */
  get rootCluster(): number {
    return this.bpb.fat32?.rootCluster ?? 0;
  }
}
