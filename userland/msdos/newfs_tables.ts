// SPDX-License-Identifier: BSD-2-Clause
import type { FatBits } from './fat_format.ts';

/** A floppy disk format that everybody agrees on. */
export interface StandardFormat {
  readonly bytesPerSector: number;
  readonly sectorsPerCluster: number;
  readonly rootEntries: number;
  readonly sectors: number;
  readonly media: number;
  readonly sectorsPerFat: number;
  readonly sectorsPerTrack: number;
  readonly heads: number;
}

// biome-ignore format: a table
const FORMAT_ROWS: readonly (readonly [name: number, bps: number, spc: number, root: number, sectors: number, media: number, spf: number, spt: number, heads: number])[] = [
  [160, 512, 1, 64, 320, 0xfe, 1, 8, 1],
  [180, 512, 1, 64, 360, 0xfc, 2, 9, 1],
  [320, 512, 2, 112, 640, 0xff, 1, 8, 2],
  [360, 512, 2, 112, 720, 0xfd, 2, 9, 2],
  [640, 512, 2, 112, 1280, 0xfb, 2, 8, 2],
  [720, 512, 2, 112, 1440, 0xf9, 3, 9, 2],
  [1200, 512, 1, 224, 2400, 0xf9, 7, 15, 2],
  [1232, 1024, 1, 192, 1232, 0xfe, 2, 8, 2],
  [1440, 512, 1, 224, 2880, 0xf0, 9, 18, 2],
  [2880, 512, 2, 240, 5760, 0xf0, 9, 36, 2],
];

/** Capacity in kilobytes to format. */
export const STANDARD_FORMATS: ReadonlyMap<number, StandardFormat> = new Map(
  FORMAT_ROWS.map(
    ([name, bytesPerSector, sectorsPerCluster, rootEntries, sectors, media, sectorsPerFat, spt, heads]) => [
      name,
      { bytesPerSector, sectorsPerCluster, rootEntries, sectors, media, sectorsPerFat, sectorsPerTrack: spt, heads },
    ],
  ),
);

/** Floppies of disktab(5). */
export const DISK_TYPES: ReadonlyMap<string, number> = new Map([
  ['floppy', 1440],
  ['floppy3', 1440],
  ['floppy5', 1200],
  ['floppy288', 2880],
]);

const MB = 1 << 20;

/** Bytes of file system up to which a cluster of so many bytes is taken, from the specification's tables. */
const CLUSTER_STEPS: Readonly<Record<16 | 32, readonly (readonly [upTo: number, clusterBytes: number])[]>> = {
  16: [
    [16 * MB, 1024],
    [128 * MB, 2048],
    [256 * MB, 4096],
    [512 * MB, 8192],
    [1024 * MB, 16384],
    [Number.POSITIVE_INFINITY, 32768],
  ],
  32: [
    [260 * MB, 512],
    [8192 * MB, 4096],
    [16384 * MB, 8192],
    [32768 * MB, 16384],
    [Number.POSITIVE_INFINITY, 32768],
  ],
};

/** Width of the FAT when nothing else asks for one. */
export function defaultBits(bytes: number): FatBits {
  return bytes < 4.2 * MB ? 12 : bytes < 512 * MB ? 16 : 32;
}

/** Bytes of a cluster when nobody asked for a size. FAT12 begins with one sector and grows until the clusters suffice. */
export function defaultClusterBytes(bits: FatBits, bytes: number, bytesPerSector: number): number {
  if (bits === 12) return bytesPerSector;
  const [, size] = CLUSTER_STEPS[bits].find(([upTo]) => bytes <= upTo) as readonly [number, number];
  return Math.max(size, bytesPerSector);
}
