// SPDX-License-Identifier: BSD-2-Clause
import { isLongPart, isVolumeLabel, LongName, SLOT_DELETED, SLOT_END } from '../fat_dirent.ts';
import { DIRENT_BYTES } from '../fat_format.ts';
import { walkChain } from './chain.ts';
import type { Volume } from './volume.ts';

/** Entries are numbered with 16 bits. */
export const MAX_DIRECTORY_BYTES = 65536 * DIRENT_BYTES;

/** Where a directory is in the tree. */
export interface DirectoryPlace {
  readonly path: string;
  /** First cluster; 0 is the fixed root directory of FAT12 and FAT16. */
  readonly start: number;
  /** What `..` says: 0 below the root. */
  readonly parent: number;
}

export const ROOT_PATH = '';

export function rootPlace(volume: Volume): DirectoryPlace {
  return { path: ROOT_PATH, start: volume.rootCluster, parent: 0 };
}

/** Clusters a directory may have. */
export function maxDirectoryClusters({ geometry }: Volume): number {
  return Math.max(1, Math.floor(MAX_DIRECTORY_BYTES / geometry.clusterBytes));
}

/** The entries of one directory in memory; a slot that was changed goes back with put(). */
export class Directory {
  private constructor(
    private readonly volume: Volume,
    private readonly bytes: Uint8Array,
    /** Of each piece of `pieceBytes` on the disk. */
    private readonly pieces: readonly number[],
    private readonly pieceBytes: number,
  ) {}

  static fixedRoot(volume: Volume): Directory {
    const { rootOffset } = volume.geometry;
    const length = volume.bpb.rootEntries * DIRENT_BYTES;
    return new Directory(volume, volume.disk.read(rootOffset, length), [rootOffset], length);
  }

  /** Of `clusters` that are there. */
  static ofClusters(volume: Volume, clusters: readonly number[]): Directory {
    const size = volume.geometry.clusterBytes;
    const bytes = new Uint8Array(clusters.length * size);
    const pieces = clusters.map((cluster) => volume.clusterOffset(cluster));
    for (const [i, offset] of pieces.entries()) bytes.set(volume.disk.read(offset, size), i * size);
    return new Directory(volume, bytes, pieces, size);
  }

  /** As far as its chain is good, however that may end. */
  static at(volume: Volume, { start }: DirectoryPlace): Directory {
    if (start === 0) return Directory.fixedRoot(volume);
    const clusters: number[] = [];
    walkChain(
      volume,
      start,
      maxDirectoryClusters(volume),
      () => false,
      (cluster) => clusters.push(cluster),
    );
    return Directory.ofClusters(volume, clusters);
  }

  get slots(): number {
    return this.bytes.length / DIRENT_BYTES;
  }

  /** A view: what is changed in it is written by put(). */
  slot(index: number): Uint8Array {
    return this.bytes.subarray(index * DIRENT_BYTES, (index + 1) * DIRENT_BYTES);
  }

  put(index: number): void {
    this.volume.disk.write(this.offset(index), this.slot(index));
  }

  erase(index: number): void {
    this.slot(index)[0] = SLOT_DELETED;
    this.put(index);
  }

  /** A number that no other slot of the disk has. */
  slotNumber(index: number): number {
    return Math.floor(this.offset(index) / DIRENT_BYTES);
  }

  private offset(index: number): number {
    const at = index * DIRENT_BYTES;
    return (this.pieces[Math.floor(at / this.pieceBytes)] as number) + (at % this.pieceBytes);
  }
}

/** Short entries of files and directories up to the end mark, with the long name where there is a sound one. */
export function eachEntry(
  directory: Directory,
  body: (slot: Uint8Array, index: number, longName?: string) => void,
): void {
  const long = new LongName();
  for (let index = 0; index < directory.slots; index++) {
    const slot = directory.slot(index);
    if (slot[0] === SLOT_END) return;
    if (slot[0] === SLOT_DELETED) long.take();
    else if (isLongPart(slot)) {
      if (!long.add(slot, index)) {
        long.take();
        long.add(slot, index);
      }
    } else {
      const name = long.of(slot);
      long.take();
      if (!isVolumeLabel(slot)) body(slot, index, name);
    }
  }
}
