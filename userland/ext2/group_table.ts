// SPDX-License-Identifier: BSD-2-Clause
import { crc16 } from './crc16.ts';
import { E2FS_GDSIZE, type Geometry } from './geometry.ts';
import { type LeRecord, leRecord } from './le_record.ts';
import { EXT2F_ROCOMPAT_GDT_CSUM, hasRocompat, SB_UUID, type Superblock } from './superblock.ts';

/** Flags of a descriptor; they count only with GDT_CSUM (uninit_bg). */
export const E2FS_BG_INODE_UNINIT = 1;
export const E2FS_BG_BLOCK_UNINIT = 2;
export const E2FS_BG_INODE_ZEROED = 4;

const FIELDS = {
  blockBitmap: [0, 4],
  inodeBitmap: [4, 4],
  inodeTable: [8, 4],
  nbfree: [12, 2],
  nifree: [14, 2],
  ndirs: [16, 2],
  flags: [18, 2],
  /** Inodes at the end of the table that were never used; with GDT_CSUM. */
  itableUnused: [28, 2],
  checksum: [30, 2],
} as const;

export type GroupDescriptor = LeRecord<typeof FIELDS>;
const groupDescriptor = leRecord(FIELDS);

/** The group descriptors in memory, whole blocks of them. */
export class GroupTable {
  readonly list: readonly GroupDescriptor[];
  private readonly checksums: boolean;
  private readonly seed: number;

  constructor(
    readonly bytes: Uint8Array,
    geometry: Geometry,
    sb: Superblock,
  ) {
    this.list = Array.from({ length: geometry.groups }, (_, i) =>
      groupDescriptor(bytes.subarray(i * E2FS_GDSIZE, (i + 1) * E2FS_GDSIZE)),
    );
    this.checksums = hasRocompat(sb, EXT2F_ROCOMPAT_GDT_CSUM);
    this.seed = crc16(0xffff, sb.bytes.subarray(SB_UUID.at, SB_UUID.at + SB_UUID.length));
  }

  get(group: number): GroupDescriptor {
    return this.list[group] as GroupDescriptor;
  }

  checksumOk(group: number): boolean {
    return !this.checksums || this.get(group).checksum === this.checksum(group);
  }

  seal(group: number): void {
    if (this.checksums) this.get(group).checksum = this.checksum(group);
  }

  /** CRC-16 of UUID, group number and descriptor without its last two bytes. */
  private checksum(group: number): number {
    const number = new Uint8Array(4);
    new DataView(number.buffer).setUint32(0, group, true);
    return crc16(crc16(this.seed, number), this.get(group).bytes.subarray(0, 30));
  }
}
